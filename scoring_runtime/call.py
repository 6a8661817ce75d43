"""What travels from `http/` through `dispatch/` and back: a Call in, an Outcome out.

A Call belongs to the event loop's thread; a runner's thread reads its arguments and its `abandoned` mark, nothing
else. `end()` takes the first Outcome and ignores later ones, so a call ends exactly once whoever is late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scoring_runtime.errors import AnswerError
from scoring_runtime.stream import Stream

Arguments = dict[str, Any]


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
    """How a call ended: an encoded output or an error. `run_ms` is None unless run() returned."""

    payload: Payload | None = None
    error: AnswerError | None = None
    run_ms: float | None = None


@dataclass(slots=True, eq=False)
class Call:
    """One request for run(): its bound arguments and the function that takes its Outcome (on the loop's thread)."""

    arguments: Arguments
    on_end: Callable[[Outcome], None]
    request_id: str = ""
    size_bytes: int = 0
    started_s: float | None = None
    abandoned: bool = False
    is_converted: bool = False
    ended: bool = False

    def end(self, outcome: Outcome) -> None:
        if not self.ended:
            self.ended = True
            self.on_end(outcome)
        elif outcome.payload is not None and outcome.payload.stream is not None:
            outcome.payload.stream.close()  # nobody will read it: the runner must not wait for that
