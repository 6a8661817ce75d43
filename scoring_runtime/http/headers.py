"""The headers that every answer of `/`, `/score` and `/swagger.json` carries: version, request ids, TraceId, CORS."""

from __future__ import annotations

import itertools
import logging
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

from scoring_runtime.errors import AnswerError, HeadersTooLargeError
from scoring_runtime.http.cors import CorsPolicy, cors_headers
from scoring_runtime.request import Headers, Request
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)

MAX_ID_CHARS = 100
ID_NAMES = (b"x-request-id", b"x-ms-request-id", b"x-ms-client-request-id")
DEPRECATED_ID = (
    "x-ms-request-id header has been deprecated and will be removed from future versions of the server. "
    "Please use x-ms-client-request-id."
)


@dataclass(slots=True)
class AnswerHead:
    """What is known of an answer before there is one. `error` refuses the request whatever it asks for.

    `lines` and `cors` are header lines as they are sent. `cors` are left out when a script's response has CORS headers
    of its own.
    """

    lines: bytes
    cors: bytes
    request_id: str
    error: AnswerError | None
    started_s: float = field(default_factory=perf_counter)


class _Frame(NamedTuple):
    """What follows from a request's head alone: the lines around the ids, and whether the request brings any."""

    before: bytes
    after: bytes
    cors: bytes
    has_ids: bool


class AnswerHeaders:
    """Begins an answer; holds what is the same for all of them."""

    def __init__(self, server_version: str | None, cors: CorsPolicy | None) -> None:
        version = (server_version or "").encode("latin-1", "replace")
        self._fixed = header_lines([(b"x-ms-server-version", version)] if version else [])
        self._cors = cors
        self._has_warned = False

    def begin(self, request: Request) -> AnswerHead:
        before, after, cors, has_ids = request.kept.get("answer") or self._keep_frame(request)
        if has_ids:
            ids: Headers = []
            request_id, error = self._add_ids(ids, request.named)
            return AnswerHead(before + header_lines(ids) + after, cors, request_id, error, perf_counter())
        request_id = new_id()
        own = request_id.encode()
        lines = b"".join((before, b"x-request-id: ", own, b"\r\nx-ms-request-id: ", own, b"\r\n", after))
        return AnswerHead(lines, cors, request_id, None, perf_counter())

    def _keep_frame(self, request: Request) -> _Frame:
        named = request.named
        after = header_lines([(b"TraceId", named[b"traceid"])] if b"traceid" in named else [])
        cors = header_lines(cors_headers(self._cors, request) if self._cors is not None else [])
        frame = _Frame(self._fixed, after, cors, not named.keys().isdisjoint(ID_NAMES))
        request.kept["answer"] = frame
        return frame

    def _add_ids(self, headers: Headers, named: dict[bytes, bytes]) -> tuple[str, AnswerError | None]:
        """Adds the id headers by the original's table; returns the request's own id and a refusal, if any."""
        own = named.get(b"x-request-id")
        if own is None:
            own = new_id().encode()
        elif len(own) > MAX_ID_CHARS:
            return "", HeadersTooLargeError(f"x-request-id must not exceed {MAX_ID_CHARS} characters")
        if own:
            headers.append((b"x-request-id", own))
        server, client = named.get(b"x-ms-request-id"), named.get(b"x-ms-client-request-id")
        if server is None and client is None:
            if own:
                headers.append((b"x-ms-request-id", own))
            return own.decode("latin-1"), None
        if server and not self._has_warned:
            self._has_warned = True
            logger.warning(DEPRECATED_ID)
        if len(server or b"") > MAX_ID_CHARS or len(client or b"") > MAX_ID_CHARS:
            message = f"x-ms-request-id and x-ms-client-request-id must not exceed {MAX_ID_CHARS} characters"
            return own.decode("latin-1"), HeadersTooLargeError(message)
        if shown := server or client or own:
            headers.append((b"x-ms-request-id", shown))
        if echoed := client or server:
            headers.append((b"x-ms-client-request-id", echoed))
        return own.decode("latin-1"), None


_LAST_DIGITS = [f"{number:03x}" for number in range(16**3)]


def _id_blocks() -> Iterator[Iterator[str]]:
    """Random UUIDs (version 4) whose last group counts on from a random number, in blocks that share all but the end.

    Unique like one made anew for each request, which would take twenty times as long. They are no secrets.
    """
    start = str(uuid.uuid4())[:24]
    for number in itertools.count(random.getrandbits(35)):
        yield map(f"{start}{number:09x}".__add__, _LAST_DIGITS)


# A request id in the form of a UUID; for the event loop's thread.
new_id: Callable[[], str] = itertools.chain.from_iterable(_id_blocks()).__next__

# A header's name and value, together.
_header_line = b": ".join


def header_lines(headers: Headers) -> bytes:
    """`headers` as they are sent, each with its line end."""
    return b"\r\n".join([*map(_header_line, headers), b""])


def headers_of(lines: bytes) -> Headers:
    """The headers that `lines` were made of."""
    return [(name, value) for name, _, value in (line.partition(b": ") for line in lines.split(b"\r\n")[:-1])]
