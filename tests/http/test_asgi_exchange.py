"""The application behind the protocol: one request in, one response out."""

from __future__ import annotations

from typing import Any

import pytest

from scoring_runtime.http.asgi_exchange import AsgiExchange
from scoring_runtime.http.responses import Response
from scoring_runtime.request import Request
from tests.http.connection import ManualLoop

REQUEST = Request("POST", b"/a%20b?q=1", b"/a b", b"q=1", [(b"host", b"h")], b"body", client=("c", 1), server=("s", 2))


def exchange(app: Any, responses: list[Response], loop: ManualLoop) -> AsgiExchange:
    started = AsgiExchange(app, REQUEST, responses.append)
    started.start(loop)
    loop.turn()
    return started


def test_what_the_application_is_told(loop: ManualLoop) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend([scope, await receive()])
        await send({"type": "http.response.start", "status": 201, "headers": [(b"Content-Length", b"9"), (b"a", b"b")]})
        await send({"type": "http.response.body", "body": b"o", "more_body": True})
        await send({"type": "http.response.body", "body": b"k"})

    responses: list[Response] = []
    exchange(app, responses, loop)
    assert responses == [Response(201, b"a: b\r\n", b"ok")]
    scope, message = seen
    expected = {"method": "POST", "path": "/a b", "raw_path": b"/a%20b", "query_string": b"q=1", "http_version": "1.1"}
    assert {name: scope[name] for name in expected} == expected
    assert (scope["client"], scope["server"]) == (("c", 1), ("s", 2))
    assert message == {"type": "http.request", "body": b"body", "more_body": False}


def test_an_application_that_fails_is_answered_with_500(loop: ManualLoop, caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        raise ZeroDivisionError

    responses: list[Response] = []
    exchange(app, responses, loop)
    assert [response.status for response in responses] == [500]
    assert "ZeroDivisionError" in caplog.text


def test_a_client_that_has_gone_is_told_to_the_application_and_gets_nothing(loop: ManualLoop) -> None:
    ends: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        try:
            await receive()
        finally:
            ends.append("left")

    responses: list[Response] = []
    started = exchange(app, responses, loop)
    started.disconnect()
    loop.turn()
    loop.turn()
    assert ends == ["left"]
    assert responses == []
