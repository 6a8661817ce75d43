"""A head that has been read before: keep-alive clients send the same bytes before each body of one size.

What parsing and checking a head gave follows from its bytes alone, as long as the connection has nothing else under
way. So the next request that begins with exactly these bytes, and ends with the segment that brings it, needs neither
parser nor checks. Only heads are kept whose end is beyond doubt and which ask for nothing but an answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from scoring_runtime.request import Request

MAX_HEAD_BYTES = 4 * 1024
_END = b"\r\n\r\n"
# Their requests need the parser: for the framing, or because of what has to be sent or done before the body.
_UNSUITABLE = (b"transfer-encoding", b"expect", b"upgrade")


@dataclass(frozen=True, slots=True)
class KnownHead:
    """`start` is the head, `size_bytes` its size, `total_bytes` that with the body; `request` has no body."""

    start: bytes
    size_bytes: int
    total_bytes: int
    request: Request


# No segment is of this size.
UNKNOWN = KnownHead(b"", 0, -1, Request("-", b"", b"", b"", []))


def learn(segment: bytes, request: Request) -> KnownHead:
    """What is known after `segment` has brought `request`, whose connection stays open; UNKNOWN if nothing useful."""
    size_bytes = segment.find(_END, 0, MAX_HEAD_BYTES) + len(_END)
    is_alone = size_bytes + len(request.body) == len(segment) and segment.endswith(request.body)
    if not is_alone or not request.named.keys().isdisjoint(_UNSUITABLE):
        return UNKNOWN
    head = segment[:size_bytes]
    # Parsers differ on what a CR or LF alone means, and skip line ends before a request.
    line_ends = head.count(b"\r\n")
    if head[:1] == b"\r" or not head.count(b"\r") == head.count(b"\n") == line_ends:
        return UNKNOWN
    return KnownHead(head, size_bytes, len(segment), request.again(b""))
