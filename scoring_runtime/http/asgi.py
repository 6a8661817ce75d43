"""Between ASGI and our Request and Response: how the application's routes are served by any ASGI server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from scoring_runtime.http.responses import Response
from scoring_runtime.http.score import ScoreEndpoint
from scoring_runtime.request import Request
from scoring_runtime.stream import Stream

View = Callable[[Request], Response]


async def read_request(scope: Scope, receive: Receive) -> Request | None:
    """The whole request, or None if the client goes first. The server that runs the application limits its size."""
    body = b""
    is_more = True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
    path = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string", b"")
    return Request(
        method=scope["method"],
        target=path + b"?" + query if query else path,
        path=path,
        query=query,
        headers=list(scope["headers"]),
        body=body,
        http_version=scope.get("http_version", "1.1"),
        scheme=scope.get("scheme", "http"),
        client=scope.get("client"),
        server=scope.get("server"),
    )


async def send_response(response: Response, send: Send) -> None:
    """The whole answer; the server that runs the application leaves out the body where HTTP has none."""
    headers = response.headers
    if response.stream is None and response.status not in (204, 304):
        headers.append((b"Content-Length", b"%d" % len(response.body)))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.stream is not None:
        await _send_stream(response.stream, send)
    else:
        await send({"type": "http.response.body", "body": response.body})


async def _send_stream(stream: Stream, send: Send) -> None:
    ready = asyncio.Event()
    stream.attach(asyncio.get_running_loop(), ready.set)
    try:
        while True:
            await ready.wait()
            ready.clear()
            is_ended = stream.is_ended
            for chunk in stream.take():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if is_ended:
                break
    finally:
        stream.close()
    if stream.is_failed:
        raise ConnectionAbortedError("the script's generator failed; the answer stays incomplete")
    await send({"type": "http.response.body", "body": b""})


class ViewEndpoint:
    """Answers with what `view` returns."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (request := await read_request(scope, receive)) is not None:
            await send_response(self._view(request), send)


class AsgiScoreEndpoint:
    """The scoring endpoint as ASGI; a client that goes away takes its call with it."""

    def __init__(self, score: ScoreEndpoint) -> None:
        self._score = score

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (request := await read_request(scope, receive)) is None:
            return
        answered: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        call = self._score(request, answered.set_result)
        watch = asyncio.ensure_future(_disconnect(receive))
        either: set[asyncio.Future[Any]] = {answered, watch}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if answered.done():
                await send_response(answered.result(), send)
            else:
                call.abandoned = True
        finally:
            watch.cancel()


async def _disconnect(receive: Receive) -> Message:
    message = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()
    return message
