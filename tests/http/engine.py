"""The parts behind the routes, wired without threads: a runner that runs a call as soon as it is handed over."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from scoring_runtime.call import Call
from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.alarm import Alarm
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.http.answer_log import AnswerLog
from scoring_runtime.http.cors import parse_origins
from scoring_runtime.http.headers import AnswerHeaders
from scoring_runtime.http.responses import encode
from scoring_runtime.http.score import ScoreEndpoint, Service
from scoring_runtime.http.views import Views
from scoring_runtime.script.binding import bind
from scoring_runtime.script.contract import Contract, Mode, Parameter

STRING = Contract(Mode.STRING, (Parameter("data", True),), wants_headers=False)


class ViewLines:
    """Keeps what the views log."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, int, int | None]] = []

    def log_view(
        self, method: str, target: str, status: int, elapsed_ms: float, length: int | None, request_id: str = ""
    ) -> None:
        assert elapsed_ms >= 0
        self.lines.append((method, target, status, length))


def service_of(contract: Contract) -> Service:
    return Service(partial(bind, contract), is_raw=contract.mode is Mode.RAW)


class CountedAnswers:
    """Keeps what the metrics are told."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.rejected: Counter[str] = Counter()

    def record(
        self, status: int, decode_ms: float, queue_ms: float, run_ms: float | None, encode_ms: float, batch_rows: int
    ) -> None:
        assert min(decode_ms, queue_ms, run_ms or 0.0, encode_ms, batch_rows) >= 0
        self.statuses[status] += 1

    def reject(self, reason: str) -> None:
        self.rejected[reason] += 1


class Engine:
    """`run` is what the script does; while `holds` is set, calls stay with the runner, which the engine is too."""

    size = 1

    def __init__(self, loop: asyncio.AbstractEventLoop, run: Callable[..., Any], origins: str = "") -> None:
        self._execution = Execution(run, encode, Alarm(60_000))
        self.held: list[Call] = []
        self.holds = False
        self.dispatcher = Dispatcher(loop, QueueLimits(2, 10**6), timeout_ms=60_000)
        self.view_lines = ViewLines()
        access: Any = self.view_lines
        answer_headers = AnswerHeaders("test/1", parse_origins(origins) if origins else None)
        self.metrics = CountedAnswers()
        log = AnswerLog(access, self.metrics)
        self.score = ScoreEndpoint(self.dispatcher, answer_headers, log)
        self.views = Views(self.dispatcher, answer_headers, access)

    def open(self, contract: Contract) -> None:
        """init() has returned."""
        self.dispatcher.switch(self)
        self.score.open(service_of(contract))

    def submit(self, call: Call) -> None:
        if self.holds:
            self.held.append(call)
        else:
            self.dispatcher.take_back([(call, self._execution.one(call))])

    def fetch(self) -> None:
        """Outcomes are delivered at once here."""

    def look(self) -> None:
        """Calls carry their start."""

    def give_up(self, call: Call) -> None:
        """It is held until the test gives it back."""

    def stuck(self) -> int:
        return sum(call.is_overdue for call in self.held)

    def stop(self) -> None:
        """There is no thread to stop."""
