"""A client connection for the tests of the protocol: bytes in, bytes out, and an endpoint that answers on demand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from scoring_runtime.call import Call
from scoring_runtime.http.connection_limit import ConnectionLimit
from scoring_runtime.http.protocol import ProtocolParts, ScoringProtocol
from scoring_runtime.http.responses import Response
from scoring_runtime.request import Request
from scoring_runtime.stream import Stream
from tests.http.transport import ScriptedTransport

MAX_BODY_BYTES = 1000
MAX_TURNS = 100
GET = b"GET /score HTTP/1.1\r\nHost: h\r\n\r\n"


class ManualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock stands still until the test moves it."""

    now_s = 1000.0

    def time(self) -> float:
        return self.now_s

    def turn(self) -> None:
        """Runs what is due now."""
        self.call_soon(self.stop)
        self.run_forever()


class ManualScore:
    """Keeps the requests; `answer` responds to the oldest that has no answer yet."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.calls: list[Call] = []
        self._open: list[Callable[[Response], None]] = []
        self.answers_at_once = False

    @property
    def is_asked(self) -> bool:
        """Whether a request waits for its answer."""
        return bool(self._open)

    def __call__(self, request: Request, respond: Callable[[Response], None]) -> Call:
        self.requests.append(request)
        self._open.append(respond)
        self.calls.append(Call({}, lambda outcome: None))
        if self.answers_at_once:
            self.answer(request.body)
        return self.calls[-1]

    def answer(self, body: bytes = b"ok", status: int = 200, stream: Stream | None = None) -> None:
        self._open.pop(0)(Response(status, b"x-answer: 1\r\n", body, stream))


class Access:
    """Keeps the access log's arguments."""

    def __init__(self) -> None:
        self.answers: list[tuple[object, ...]] = []

    def log_answer(self, *parts: object) -> None:
        self.answers.append(parts)


async def other_routes(scope: Any, receive: Any, send: Any) -> None:
    """The application: says which path it was asked for."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


class Connection:
    """One connection, to a server of its own unless it shares one's `limit` and `state`."""

    def __init__(self, loop: ManualLoop, limit: ConnectionLimit | None = None, state: Any = None) -> None:
        self.loop = loop
        self.score = ManualScore()
        self.access = Access()
        self.state = state or SimpleNamespace(
            connections=set(), total_requests=0, default_headers=[(b"date", b"today")]
        )
        parts: Any = ProtocolParts(
            self.score,  # type: ignore[arg-type]
            other_routes,
            self.access,  # type: ignore[arg-type]
            MAX_BODY_BYTES,
            limit or ConnectionLimit(),
        )
        self.protocol = ScoringProtocol(parts, self.state, loop)
        self.transport = ScriptedTransport()
        self.protocol.connection_made(self.transport)

    def send(self, *segments: bytes) -> None:
        for segment in segments:
            self.protocol.data_received(segment)

    def settle(self) -> None:
        """Lets the application answer."""
        for _ in range(MAX_TURNS):
            self.loop.turn()

    def taken(self) -> bytes:
        """What was written since the last time."""
        written, self.transport.written = self.transport.written, b""
        return written

    def statuses(self) -> list[int]:
        """The statuses of all answers since then."""
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", self.taken())]
