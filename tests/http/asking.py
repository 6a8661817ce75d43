"""One request to an ASGI application, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message

from scoring_runtime.request import Headers

GONE: Message = {"type": "http.disconnect"}


@dataclass
class AsgiAnswer:
    """What the application sent."""

    status: int = 0
    headers: Headers | None = None
    body: bytes = b""
    is_complete: bool = False

    def header(self, name: bytes) -> bytes | None:
        """The first header with this name, in any case."""
        return next((value for key, value in self.headers or [] if key.lower() == name.lower()), None)

    async def send(self, message: Message) -> None:
        """ASGI's send."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")
            self.is_complete = not message.get("more_body", False)


async def ask(
    app: ASGIApp,
    method: str,
    target: str,
    messages: Sequence[Message] = ({"type": "http.request", "body": b""},),
    headers: Headers | None = None,
) -> AsgiAnswer:
    """The answer to a request whose body comes in `messages`; afterwards the client stays connected."""
    path, _, query = target.partition("?")
    waiting = list(messages)
    answer = AsgiAnswer()

    async def receive() -> Message:
        return waiting.pop(0) if waiting else await asyncio.get_running_loop().create_future()

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers or [],
    }
    await app(scope, receive, answer.send)
    return answer
