"""The scoring route: bind, submit, respond; and what is answered without run()."""

from __future__ import annotations

import asyncio
import math
import re
from time import perf_counter
from typing import Any

import pytest

from scoring_runtime.call import Call
from scoring_runtime.errors import ScoringError
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


def test_a_call_waits_as_long_as_its_client_will(engine: Engine, loop: ManualLoop) -> None:
    engine.open(STRING)
    engine.holds = True
    before_s = perf_counter()
    call, _ = score(engine, loop, request_of(headers=[(b"x-request-timeout-ms", b"1500")]))
    assert before_s + 1.5 <= call.expires_s <= perf_counter() + 1.5
    other, _ = score(engine, loop, request_of())
    assert other.expires_s == math.inf


def test_a_time_out_that_is_no_number_is_answered_without_a_call(engine: Engine, loop: ManualLoop) -> None:
    engine.open(STRING)
    response = answer(engine, loop, request_of(headers=[(b"x-request-timeout-ms", b"soon")]))
    assert (response.status, engine.dispatcher.is_idle) == (400, True)
    assert b"x-request-timeout-ms must be" in response.body


def test_a_call_whose_time_is_over_is_answered_504(loop: ManualLoop) -> None:
    """The script has taken longer with the call before it."""
    engine = Engine(loop, lambda data: pytest.fail("run() was called"))
    engine.open(STRING)
    engine.holds = True
    call, responses = score(engine, loop, request_of(headers=[(b"x-request-timeout-ms", b"1")]))
    assert responses == []
    engine.dispatcher._watch_deadlines(call.expires_s + 0.001)
    [response] = responses
    assert (response.status, dict(response.headers)[b"x-ms-run-function-failed"]) == (504, b"False")
    assert response.body == b'{"message": "The request\'s time was over before run() could begin."}'
    assert engine.metrics.rejected == {"deadline": 1}


def test_where_the_time_went_is_told_of_submitted_calls(engine: Engine, loop: ManualLoop) -> None:
    engine.open(SCHEMA)
    timing = dict(answer(engine, loop, request_of(body=b'{"data": 1}', headers=JSON)).headers)[b"Server-Timing"]
    stages = re.fullmatch(
        rb"decode;dur=([\d.]+), queue;dur=([\d.]+), run;dur=([\d.]+), encode;dur=([\d.]+), batch;desc=1", timing
    )
    assert stages
    assert float(stages[1]) > 0
    assert b"Server-Timing" not in dict(answer(engine, loop, request_of(body=b"[", headers=JSON)).headers)


def test_what_a_script_wants_its_client_to_get(loop: ManualLoop) -> None:
    def run(data: str) -> None:
        raise ScoringError(422, {"column": data}, retry_after_s=9)

    engine = Engine(loop, run)
    engine.open(STRING)
    response = answer(engine, loop, request_of(body=b"age"))
    assert (response.status, response.body) == (422, b'{"column": "age"}')
    assert dict(response.headers)[b"Retry-After"] == b"9"


def test_an_error_that_json_cannot_hold_still_answers(loop: ManualLoop, caplog: pytest.LogCaptureFixture) -> None:
    def run(data: str) -> None:
        raise ScoringError(422, {"column": {1, 2}})

    engine = Engine(loop, run)
    engine.open(STRING)
    response = answer(engine, loop, request_of())
    assert response.status == 500
    assert engine.metrics.statuses == {500: 1}
    assert "set is not JSON serializable" in caplog.text


def test_a_body_bound_while_the_script_was_loaded_anew_is_bound_again() -> None:
    async def ask() -> Response:
        loop = asyncio.get_running_loop()
        engine = Engine(loop, lambda **arguments: arguments)
        engine.open(STRING)
        answered: asyncio.Future[Response] = loop.create_future()
        engine.score(request_of(body=b"x" * (MAX_INLINE_BYTES + 1)), answered.set_result)
        engine.open(Contract(Mode.STRING, (Parameter("renamed", True),), wants_headers=False))
        return await asyncio.wait_for(answered, WAIT_S)

    assert asyncio.run(ask()).body.startswith(b'{"renamed": "xxx')


def test_a_call_ends_once(engine: Engine, loop: ManualLoop) -> None:
    engine.open(STRING)
    engine.holds = True
    call, responses = score(engine, loop, request_of())
    engine.dispatcher.abandon_all()
    engine.holds = False
    engine.submit(call)
    assert [response.status for response in responses] == [503]
