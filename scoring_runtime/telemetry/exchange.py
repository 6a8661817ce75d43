"""One answered request to `/score`, as those see it who watch from beside the way: traces, capture, insights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """`started_s` is wall-clock time (seconds since the epoch) when the request was complete.

    `error` is the script's traceback where there is one, else what the client was told.
    `response_body` is None for a streamed answer, `run_ms` None unless run() returned; `batch_rows` counts the rows
    of the run() that the call shared. Header names of the request are in lower case.
    """

    request_id: str
    method: str
    target: bytes
    request_headers: list[tuple[bytes, bytes]]
    request_body: bytes
    status: int
    response_headers: list[tuple[bytes, bytes]]
    response_body: bytes | None
    error: str | None
    started_s: float
    total_ms: float
    decode_ms: float
    queue_ms: float
    run_ms: float | None
    encode_ms: float
    batch_rows: int


# Called on the event loop's thread: must neither block nor take long.
Observer = Callable[[Exchange], None]
