"""A request while it arrives: its parts, and how much of each has come. `add_*` return the reason to refuse it."""

from __future__ import annotations

from scoring_runtime.errors import AnswerError
from scoring_runtime.http import guard
from scoring_runtime.request import Headers


class Incoming:
    """Filled by the parser's callbacks, from the request line to the end of the body.

    `begun_bytes` is the size of the segment in which it begins, `wire_bytes` that of all segments after it.
    """

    __slots__ = (
        "_body",
        "_more",
        "begun_bytes",
        "body_bytes",
        "has_head",
        "headers",
        "http_version",
        "method",
        "named",
        "target",
        "wire_bytes",
    )

    def __init__(self, begun_bytes: int = 0) -> None:
        self.begun_bytes = begun_bytes
        self.method = "-"
        self.target = b""
        self.headers: Headers = []
        self.named: dict[bytes, bytes] = {}
        self.http_version = "1.1"
        self.wire_bytes = 0
        self.body_bytes = 0
        self.has_head = False
        self._body = b""
        self._more: list[bytes] | None = None

    def add_target(self, part: bytes) -> AnswerError | None:
        self.target += part
        return guard.check_target(len(self.target))

    def add_body(self, part: bytes, max_body_bytes: int) -> AnswerError | None:
        self.body_bytes += len(part)
        if self.body_bytes > max_body_bytes:
            return guard.too_large(max_body_bytes)
        if self.body_bytes == len(part):
            self._body = part
        elif self._more is None:
            self._more = [self._body, part]
        else:
            self._more.append(part)
        return None

    def body(self) -> bytes:
        """The whole body; most arrive in one piece, which is not copied again."""
        return self._body if self._more is None else b"".join(self._more)


# What is coming in when no request is.
NOTHING = Incoming()
