"""The harness itself: a server with a planted fault, and what the load's clients make of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import orjson
import pytest

from tests.faults import load as load_module
from tests.faults.account import Ending
from tests.faults.load import Load
from tests.faults.request import Traffic
from tests.process import LOOPBACK, free_port

CALLS = 6
LENGTH = re.compile(rb"Content-Length: (\d+)")

Answer = Callable[[list[list[float]]], bytes]


def answer(status: str, value: object, *lines: str) -> bytes:
    """An HTTP answer with this JSON body."""
    body = orjson.dumps(value)
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


def own(rows: list[list[float]]) -> bytes:
    """What tests/scripts/ledger_rows.py answers."""
    return answer("200 OK", [[number, index, value * 2] for number, index, value, _ in rows])


def others(rows: list[list[float]]) -> bytes:
    return own([[number + 1, *rest] for number, *rest in rows])


async def ended(answer_to: Answer, traffic: Traffic, closes: bool = False) -> dict[Ending, int]:
    """How calls end at a server that sends `answer_to` their rows, and may close the connection then."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            is_open = True
            while is_open:
                head = await reader.readuntil(b"\r\n\r\n")
                [size_bytes] = LENGTH.findall(head)
                writer.write(answer_to(orjson.loads(await reader.readexactly(int(size_bytes)))["data"]))
                is_open = not closes
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    account = await Load(port, traffic.requests(CALLS)).run(clients=1)
    server.close()
    return account.counts()


RETRY = answer("503 Service Unavailable", {"message": "try again"}, "Retry-After: 1")


@pytest.mark.parametrize(
    ("answer_to", "expected"),
    [
        pytest.param(own, Ending.RIGHT, id="its own rows"),
        pytest.param(others, Ending.WRONG_OWNER, id="other rows"),
        pytest.param(lambda rows: answer("404 Not Found", {}), Ending.REFUSED_4XX, id="404"),
        pytest.param(lambda rows: answer("500 Error", {}), Ending.FAILED_5XX, id="500"),
        pytest.param(lambda rows: RETRY, Ending.RETRYABLE, id="503"),
        pytest.param(lambda rows: answer("503 Unavailable", {}), Ending.FAILED_5XX, id="503 without a word"),
        pytest.param(lambda rows: answer("503 U", {"message": "m"}), Ending.FAILED_5XX, id="503 without Retry-After"),
    ],
)
def test_an_answer_is_called_what_it_is(answer_to: Answer, expected: Ending) -> None:
    assert asyncio.run(ended(answer_to, Traffic())) == {expected: CALLS}


@pytest.mark.parametrize("sent", [0, 10, -1], ids=["nothing", "half a head", "all but a byte"])
def test_a_connection_that_ends_without_a_whole_answer_is_a_reset(sent: int) -> None:
    assert asyncio.run(ended(lambda rows: own(rows)[:sent], Traffic(), closes=True)) == {Ending.RESET: CALLS}


def test_an_answer_nobody_asked_for_is_the_next_ones_wrong_answer() -> None:
    counts = asyncio.run(ended(lambda rows: own(rows) * 2, Traffic()))
    assert counts == {Ending.RIGHT: 1, Ending.WRONG_OWNER: CALLS - 1}


def test_a_failing_call_must_be_answered_as_one() -> None:
    raising = Traffic(failing_share=1.0)
    assert asyncio.run(ended(lambda rows: answer("500 Error", {}), raising)) == {Ending.RAISED: CALLS}
    assert asyncio.run(ended(own, raising)) == {Ending.WRONG_OWNER: CALLS}


def test_whoever_goes_away_is_not_lost() -> None:
    counts = asyncio.run(ended(own, Traffic(leaving_share=1.0)))
    assert set(counts) <= {Ending.CUT_SHORT, Ending.ABANDONED, Ending.RIGHT}
    assert counts[Ending.CUT_SHORT]


def test_a_client_that_only_stops_sending_gets_its_answer() -> None:
    assert asyncio.run(ended(own, Traffic(half_share=1.0))) == {Ending.RIGHT: CALLS}


def test_what_is_never_answered_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "STUCK_S", 0.02)
    assert asyncio.run(ended(lambda rows: own(rows)[:-1], Traffic())) == {Ending.TIMED_OUT: CALLS}


def test_where_nobody_listens_a_client_ends() -> None:
    account = asyncio.run(Load(free_port(), Traffic().requests(CALLS)).run(clients=1))
    assert account.counts() == {Ending.NOT_CONNECTED: 1}
