"""The routes of the application, asked over ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import Message

from scoring_runtime.call import Payload
from scoring_runtime.http.app import create_app
from scoring_runtime.request import Request
from scoring_runtime.stream import Stream
from tests.http.asking import GONE, AsgiAnswer, ask
from tests.http.engine import STRING, Engine

BODY: Message = {"type": "http.request", "body": b"text"}
NOT_FOUND = (
    b'{"message": "The requested URL was not found on the server. If you entered the URL manually please check your '
    b'spelling and try again."}'
)


def answer(method: str, target: str, *messages: Message, run: Callable[..., Any] = lambda data: data) -> AsgiAnswer:
    async def ask_once() -> AsgiAnswer:
        engine = Engine(asyncio.get_running_loop(), run)
        engine.open(STRING)
        return await ask(create_app(engine.score, engine.views), method, target, messages or (BODY,))

    return asyncio.run(ask_once())


@pytest.mark.parametrize(
    ("method", "target", "status", "body"),
    [
        ("GET", "/", 200, b"Healthy"),
        ("HEAD", "/", 200, b"Healthy"),
        ("OPTIONS", "/", 200, b""),
        ("POST", "/score", 200, b'"text"'),
        ("GET", "/score?a=1", 200, b'"{\\"a\\": 1}"'),
        ("OPTIONS", "/score", 200, b""),
        ("HEAD", "/score", 405, b'{"message": "Method not allowed"}'),
        ("GET", "/swagger.json", 503, None),
        ("GET", "/health/live", 200, b'{"status": "live"}'),
        ("GET", "/health/ready", 200, b'{"status": "ready"}'),
        ("GET", "/health/startup", 200, b'{"status": "ready"}'),
    ],
)
def test_routes(method: str, target: str, status: int, body: bytes | None) -> None:
    answered = answer(method, target)
    assert answered.status == status
    assert answered.body == body or body is None
    assert answered.is_complete


@pytest.mark.parametrize("target", ["/nothing", "/score/", "/scoring", "/health", "/swagger.json/", "//"])
def test_unknown_paths(target: str) -> None:
    answered = answer("GET", target)
    assert (answered.status, answered.body) == (404, NOT_FOUND)
    assert answered.header(b"x-ms-run-function-failed") == b"False"
    assert answered.header(b"x-request-id") is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "BREW"])
@pytest.mark.parametrize("target", ["/", "/score", "/swagger.json", "/health/live"])
def test_wrong_methods(method: str, target: str) -> None:
    answered = answer(method, target)
    assert answered.status == 405
    assert answered.body == b'{"message": "The method is not allowed for the requested URL."}'
    assert answered.header(b"allow") is None
    assert answered.header(b"x-ms-run-function-failed") == b"False"


def test_a_body_in_several_messages() -> None:
    parts: list[Message] = [
        {"type": "http.request", "body": b"te", "more_body": True},
        {"type": "http.request", "body": b"xt", "more_body": False},
    ]
    assert answer("POST", "/score", *parts).body == b'"text"'


def test_a_client_that_goes_while_it_sends_never_reaches_run() -> None:
    ran: list[str] = []
    part: Message = {"type": "http.request", "body": b"half", "more_body": True}
    answer("POST", "/score", part, GONE, run=lambda data: ran.append(data))
    assert ran == []


def test_a_client_that_goes_while_it_waits_abandons_its_call() -> None:
    async def ask_once() -> tuple[AsgiAnswer, list[bool]]:
        engine = Engine(asyncio.get_running_loop(), lambda data: data)
        engine.open(STRING)
        engine.holds = True
        answered = await ask(create_app(engine.score, engine.views), "POST", "/score", (BODY, GONE))
        return answered, [call.abandoned for call in engine.held]

    answered, abandoned = asyncio.run(ask_once())
    assert answered.status == 0
    assert abandoned == [True]


def streamed(*chunks: bytes, is_failing: bool = False) -> Stream:
    def generate() -> Any:
        yield from chunks
        if is_failing:
            raise ValueError

    stream = Stream(generate())
    stream.pump()
    return stream


@pytest.fixture
def _encode_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.http.engine.encode", lambda output: Payload(b"", 200, [], output))


@pytest.mark.usefixtures("_encode_streams")
def test_a_stream() -> None:
    answered = answer("POST", "/score", run=lambda data: streamed(b"one", b"two"))
    assert (answered.body, answered.is_complete) == (b"onetwo", True)
    assert answered.header(b"content-length") is None


@pytest.mark.usefixtures("_encode_streams")
def test_a_stream_that_fails_is_left_incomplete() -> None:
    sent = AsgiAnswer()

    async def ask_once() -> None:
        engine = Engine(asyncio.get_running_loop(), lambda data: streamed(b"one", is_failing=True))
        engine.open(STRING)
        scope = {"type": "http", "method": "POST", "path": "/score", "headers": []}
        messages = [BODY]

        async def receive() -> Message:
            return messages.pop() if messages else await asyncio.get_running_loop().create_future()

        await create_app(engine.score, engine.views)(scope, receive, sent.send)

    with pytest.raises(ConnectionAbortedError):
        asyncio.run(ask_once())
    assert (sent.body, sent.is_complete) == (b"one", False)


def test_an_error_of_ours_is_answered_with_500() -> None:
    async def ask_once() -> AsgiAnswer:
        engine = Engine(asyncio.get_running_loop(), lambda data: data)
        engine.views.home = broken  # type: ignore[method-assign]
        answered = AsgiAnswer()
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}

        async def receive() -> Message:
            return BODY

        with pytest.raises(ZeroDivisionError):
            await create_app(engine.score, engine.views)(scope, receive, answered.send)
        return answered

    def broken(request: Request) -> Any:
        raise ZeroDivisionError

    answered = asyncio.run(ask_once())
    assert answered.status == 500
    message = b'{"message": "An unexpected internal error occurred. Check the logs for more info."}'
    assert answered.body == message
