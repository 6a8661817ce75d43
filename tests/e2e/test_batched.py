"""`@batched` scripts: calls that wait share a run() as a list, and each client gets its own answer."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.connection import Connection
from tests.e2e.pipe import Pipe, pipe
from tests.e2e.stopping import begin_call
from tests.e2e.wrong_request import post
from tests.process import Answer, ServerProcess

SCRIPTS = "tests/scripts"
RUN_FAILED = {"message": "An unexpected error occurred in scoring script. Check the logs for more info."}


def together(server: ServerProcess, held: Pipe, *bodies: bytes) -> list[Answer]:
    """The answers to requests that waited while a call before them was in run()."""
    with ExitStack() as opened:
        first = opened.enter_context(begin_call(server, held))
        waiting = [opened.enter_context(Connection(server.port)) for _ in bodies]
        for number, (connection, body) in enumerate(zip(waiting, bodies, strict=True)):
            connection.send(post(body, b"X-Name: %d" % number))
            assert server.request("GET", "/health/live").status == 200  # the server has seen the one before
        held.release("first")
        assert first.answer().status == 200
        return [connection.answer() for connection in waiting]


@pytest.mark.parametrize(
    ("options", "sizes"),
    [((), [8] * 8 + [1]), (("--max-batch-rows", "3"), [3] * 9), (("--max-batch-rows", "1"), [1] * 9)],
    ids=["the script's size", "the operator's size", "one by one"],
)
def test_calls_that_wait_share_a_run(tmp_path: Path, options: tuple[str, ...], sizes: list[int]) -> None:
    with pipe(tmp_path) as held, ServerProcess(f"{SCRIPTS}/batched_pipe.py", *options) as server:
        answers = together(server, held, *(b"call %d" % number for number in range(9)))
    assert [answer.json() for answer in answers] == [
        {"given": f"call {number}", "together": size, "name": str(number)} for number, size in enumerate(sizes)
    ]
    assert {int(answer.headers["Server-Timing"].rpartition("desc=")[2]) for answer in answers} == set(sizes)


def test_a_lone_call_is_a_list_of_one() -> None:
    with ServerProcess(f"{SCRIPTS}/batched_pipe.py") as server:
        for number in range(3):
            answer = server.request("POST", "/score", f"{number}", {"X-Name": "n"})
            assert answer.json() == {"given": str(number), "together": 1, "name": "n"}


def test_each_client_gets_what_became_of_its_own_item(tmp_path: Path) -> None:
    """The script takes whole requests, and is a coroutine function."""
    with pipe(tmp_path) as held, ServerProcess(f"{SCRIPTS}/batched_errors.py") as server:
        fine, refused, streamed = together(server, held, b"a", b"refuse", b"stream")
        assert (fine.status, fine.json()) == (200, {"given": "a", "together": 3})
        assert (refused.status, refused.json()) == (404, {"unknown": "refuse"})
        assert (refused.headers["Retry-After"], refused.headers["x-ms-run-function-failed"]) == ("7", "False")
        assert (streamed.status, streamed.text) == (200, "abc")


@pytest.mark.parametrize(
    ("guilty", "status", "body"), [(b"raise", 500, RUN_FAILED), (b"raise refusal", 409, {"message": "taken"})]
)
def test_a_run_that_raises_fails_for_the_guilty_call_alone(
    tmp_path: Path, guilty: bytes, status: int, body: object
) -> None:
    with pipe(tmp_path) as held, ServerProcess(f"{SCRIPTS}/batched_errors.py") as server:
        *others, failed = together(server, held, b"a", b"b", b"c", b"d", guilty)
        assert [answer.json()["given"] for answer in others] == ["a", "b", "c", "d"]
        assert (failed.status, failed.json()) == (status, body)


def test_several_streams_of_one_run(tmp_path: Path) -> None:
    with pipe(tmp_path) as held, ServerProcess(f"{SCRIPTS}/batched_errors.py") as server:
        assert [answer.text for answer in together(server, held, *[b"stream"] * 3)] == ["abc"] * 3


def test_company_is_waited_for_where_it_is_asked_for() -> None:
    options = ("--batch-wait-ms", "60000", "--max-batch-rows", "2")
    with (
        ServerProcess(f"{SCRIPTS}/batched_pipe.py", *options) as server,
        Connection(server.port) as one,
        Connection(server.port) as other,
    ):
        one.send(post(b"one"))
        other.send(post(b"other"))
        assert {one.answer().json()["together"], other.answer().json()["together"]} == {2}
