"""The headers that every answer of `/`, `/score` and `/swagger.json` carries: version, request ids, TraceId, CORS."""

from __future__ import annotations

import itertools
import logging
import random
import uuid
from dataclasses import dataclass, field
from time import perf_counter

from scoring_runtime.errors import AnswerError, HeadersTooLargeError
from scoring_runtime.http.cors import CorsPolicy, cors_headers
from scoring_runtime.request import Headers, Request
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)

MAX_ID_CHARS = 100
DEPRECATED_ID = (
    "x-ms-request-id header has been deprecated and will be removed from future versions of the server. "
    "Please use x-ms-client-request-id."
)


@dataclass(slots=True)
class AnswerHead:
    """What is known of an answer before there is one. `error` refuses the request whatever it asks for.

    `cors` are left out when a script's response has CORS headers of its own.
    """

    headers: Headers
    cors: Headers
    request_id: str
    error: AnswerError | None
    started_s: float = field(default_factory=perf_counter)


class AnswerHeaders:
    """Begins an answer; holds what is the same for all of them."""

    def __init__(self, server_version: str | None, cors: CorsPolicy | None) -> None:
        version = (server_version or "").encode("latin-1", "replace")
        self._fixed: Headers = [(b"x-ms-server-version", version)] if version else []
        self._cors = cors
        self._has_warned = False

    def begin(self, request: Request) -> AnswerHead:
        headers = self._fixed.copy()
        named = request.named
        request_id, error = self._add_ids(headers, named)
        if b"traceid" in named:
            headers.append((b"TraceId", named[b"traceid"]))
        cors = cors_headers(self._cors, request) if self._cors is not None else []
        return AnswerHead(headers, cors, request_id, error)

    def _add_ids(self, headers: Headers, named: dict[bytes, bytes]) -> tuple[str, AnswerError | None]:
        """Adds the id headers by the original's table; returns the request's own id and a refusal, if any."""
        own = named.get(b"x-request-id")
        if own is None:
            own = new_id()
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


# A random UUID (version 4) whose last group counts on from a random number: unique like one made anew for each
# request, which would take ten times as long. It is no secret.
_ID_PREFIX = str(uuid.uuid4())[:24].encode()
_id_numbers = itertools.count(random.getrandbits(47))


def new_id() -> bytes:
    """A request id in the form of a UUID."""
    return b"%b%012x" % (_ID_PREFIX, next(_id_numbers))
