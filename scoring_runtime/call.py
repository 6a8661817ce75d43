"""What travels from `http/` through `dispatch/` and back: a Call in, an Outcome out.

A Call belongs to the event loop's thread; a runner's thread reads its arguments and its `abandoned` mark, nothing
else. `end()` takes the first Outcome and ignores later ones, so a call ends exactly once whoever is late.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from scoring_runtime.errors import AnswerError
from scoring_runtime.stream import Stream

Arguments = dict[str, Any]


@dataclass(slots=True)
class Batchable:
    """What a call brings to a shared run(): calls of an equal `kind` may share one; `rows` counts towards the limit."""

    kind: Hashable
    rows: int


@dataclass(slots=True)
class Payload:
    """An encoded output: JSON in `body`, or a script's own response with its `status` and `headers`.

    A streamed response has its chunks in `stream` and an empty body.
    """

    body: bytes
    status: int = 200
    headers: list[tuple[bytes, bytes]] | None = None
    stream: Stream | None = None


@dataclass(slots=True)
class Outcome:
    """How a call ended: an encoded output or an error, and where its time went.

    `run_ms` is None unless run() returned; `batch_rows` counts the rows of the run() that the call shared, calls
    where they are not merged by rows; `decode_ms` is what the runner decoded, over that of the front end.
    """

    payload: Payload | None = None
    error: AnswerError | None = None
    run_ms: float | None = None
    queue_ms: float = 0.0
    encode_ms: float = 0.0
    batch_rows: int = 0
    decode_ms: float = 0.0


class Call:
    """One request for run(): its bound arguments and the function that takes its Outcome (on the loop's thread).

    Moments are perf_counter's: `submitted_s` when it was queued, `started_s` when run() began with it, `expires_s`
    until when it may begin. `batchable` and `is_prepared` are its runner's. `is_overdue` says that it was answered
    at its time-out while run() goes on. What a call begins with is on the class: there is one per request.
    """

    request_id = ""
    size_bytes = 0
    submitted_s = 0.0
    started_s: float | None = None
    expires_s = math.inf
    abandoned = False
    batchable: Batchable | None = None
    is_prepared = False
    is_overdue = False
    ended = False

    def __init__(
        self, arguments: Arguments, on_end: Callable[[Outcome], None], request_id: str = "", size_bytes: int = 0
    ) -> None:
        self.arguments = arguments
        self.on_end = on_end
        self.request_id = request_id
        self.size_bytes = size_bytes

    def end(self, outcome: Outcome) -> None:
        if not self.ended:
            self.ended = True
            self.on_end(outcome)
        elif outcome.payload is not None and outcome.payload.stream is not None:
            outcome.payload.stream.close()  # nobody will read it: the runner must not wait for that
