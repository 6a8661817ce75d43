"""The scoring route: bind, submit, respond; and what is answered without run()."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from scoring_runtime.call import Call
from scoring_runtime.http.responses import Response
from scoring_runtime.http.score import MAX_INLINE_BYTES
from scoring_runtime.request import Headers, Request
from scoring_runtime.script.contract import Contract, Mode, Parameter
from tests.http.connection import ManualLoop
from tests.http.engine import STRING, Engine

WAIT_S = 10.0
RAW = Contract(Mode.RAW, (Parameter("data", True),), wants_headers=False)
SCHEMA = Contract(Mode.SCHEMA, (Parameter("data", True),), wants_headers=False)
JSON: Headers = [(b"content-type", b"application/json")]


def request_of(method: str = "POST", body: bytes = b"text", headers: Headers | None = None) -> Request:
    return Request(method, b"/score", b"/score", b"", headers or [], body)


def echo(data: Any) -> Any:
    return data


@pytest.fixture
def engine(loop: ManualLoop) -> Engine:
    return Engine(loop, echo)


def score(engine: Engine, loop: ManualLoop, request: Request) -> tuple[Call, list[Response]]:
    """The call and its answers so far."""
    responses: list[Response] = []
    call = engine.score(request, responses.append)
    loop.turn()
    return call, responses


def answer(engine: Engine, loop: ManualLoop, request: Request) -> Response:
    [response] = score(engine, loop, request)[1]
    return response


def test_run_answers(engine: Engine, loop: ManualLoop) -> None:
    engine.open(STRING)
    response = answer(engine, loop, request_of())
    assert (response.status, response.body) == (200, b'"text"')
    named = dict(response.headers)
    assert named[b"Content-Type"] == b"application/json"
    assert named[b"x-ms-run-function-failed"] == b"False"
    assert float(named[b"x-ms-run-fn-exec-ms"]) >= 0
    assert named[b"x-ms-server-version"] == b"test/1"
    assert len(named[b"x-request-id"]) == 36
    assert engine.view_lines.lines == [("POST", "/score", 200, 6)]


def test_while_starting_the_answer_is_503(engine: Engine, loop: ManualLoop) -> None:
    response = answer(engine, loop, request_of())
    assert response.status == 503
    assert dict(response.headers)[b"Retry-After"] == b"1"
    assert dict(response.headers)[b"x-request-id"]


@pytest.mark.parametrize("contract", [STRING, SCHEMA], ids=["string", "schema"])
def test_options_and_head_do_not_run(engine: Engine, loop: ManualLoop, contract: Contract) -> None:
    engine.open(contract)
    response = answer(engine, loop, request_of("OPTIONS"))
    assert (response.status, response.body) == (200, b"")
    assert b"x-ms-run-fn-exec-ms" not in dict(response.headers)
    response = answer(engine, loop, request_of("HEAD"))
    assert (response.status, response.body) == (405, b'{"message": "Method not allowed"}')


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
def test_a_raw_script_runs_for_every_method(loop: ManualLoop, method: str) -> None:
    engine = Engine(loop, lambda data: data.method)
    engine.open(RAW)
    assert answer(engine, loop, request_of(method)).body == f'"{method}"'.encode()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(request_of(body=b"[1]", headers=JSON), 400, id="input"),
        pytest.param(request_of(body=b"{}"), 415, id="media type"),
        pytest.param(request_of(headers=[*JSON, (b"x-request-id", b"x" * 101)]), 431, id="request id"),
    ],
)
def test_wrong_input_is_answered_without_a_call(
    engine: Engine, loop: ManualLoop, request_: Request, status: int
) -> None:
    engine.open(SCHEMA)
    engine.holds = True
    assert answer(engine, loop, request_).status == status
    assert engine.dispatcher.is_idle


def test_a_failing_run(loop: ManualLoop) -> None:
    engine = Engine(loop, lambda data: 1 / 0)
    engine.open(STRING)
    response = answer(engine, loop, request_of())
    expected = b'{"message": "An unexpected error occurred in scoring script. Check the logs for more info."}'
    assert (response.status, response.body) == (500, expected)
    assert dict(response.headers)[b"x-ms-run-function-failed"] == b"True"


def test_overload_says_when_to_come_back(engine: Engine, loop: ManualLoop) -> None:
    engine.open(STRING)
    engine.holds = True
    responses = [score(engine, loop, request_of())[1] for _ in range(3)]
    assert responses[:2] == [[], []]
    [refused] = responses[2]
    assert refused.status == 429
    assert int(dict(refused.headers)[b"Retry-After"]) >= 1
    assert dict(refused.headers)[b"x-ms-run-function-failed"] == b"False"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"x" * (MAX_INLINE_BYTES + 1), 200), (b"\xff" * (MAX_INLINE_BYTES + 1), 400)],
    ids=["text", "not UTF-8"],
)
def test_a_large_body_is_bound_on_another_thread(body: bytes, status: int) -> None:
    async def ask() -> Response:
        loop = asyncio.get_running_loop()
        engine = Engine(loop, lambda data: len(data))
        engine.open(STRING)
        answered: asyncio.Future[Response] = loop.create_future()
        engine.score(request_of(body=body), answered.set_result)
        assert not answered.done()
        return await asyncio.wait_for(answered, WAIT_S)

    assert asyncio.run(ask()).status == status


def test_an_error_of_ours_while_binding_elsewhere_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(contract: Contract, request: Request) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("tests.http.engine.bind", broken)

    async def ask() -> Response:
        engine = Engine(asyncio.get_running_loop(), echo)
        engine.open(STRING)
        answered: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        engine.score(request_of(body=b"x" * (MAX_INLINE_BYTES + 1)), answered.set_result)
        return await asyncio.wait_for(answered, WAIT_S)

    assert asyncio.run(ask()).status == 500


def test_an_error_of_ours_while_binding_here_still_answers(
    engine: Engine, loop: ManualLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(contract: Contract, request: Request) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("tests.http.engine.bind", broken)
    engine.open(STRING)
    assert answer(engine, loop, request_of()).status == 500


def test_a_call_ends_once(engine: Engine, loop: ManualLoop) -> None:
    engine.open(STRING)
    engine.holds = True
    call, responses = score(engine, loop, request_of())
    engine.dispatcher.abandon_all()
    engine.holds = False
    engine.submit(call)
    assert [response.status for response in responses] == [503]
