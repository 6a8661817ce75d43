"""The parts behind the routes, wired without threads: a runner that runs a call as soon as it is handed over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from scoring_runtime.call import Call
from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.alarm import Alarm
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.http.cors import parse_origins
from scoring_runtime.http.headers import AnswerHeaders
from scoring_runtime.http.responses import encode
from scoring_runtime.http.score import ScoreEndpoint
from scoring_runtime.http.views import Views
from scoring_runtime.script.contract import Contract, Mode, Parameter

STRING = Contract(Mode.STRING, (Parameter("data", True),), wants_headers=False)


class ViewLines:
    """Keeps what the views log."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, int, int | None]] = []

    def log_view(self, method: str, target: str, status: int, elapsed_ms: float, length: int | None) -> None:
        assert elapsed_ms >= 0
        self.lines.append((method, target, status, length))


class Engine:
    """`run` is what the script does; while `holds` is set, calls stay with the runner."""

    def __init__(self, loop: asyncio.AbstractEventLoop, run: Callable[..., Any], origins: str = "") -> None:
        self._execution = Execution(run, encode, Alarm(60_000))
        self.held: list[Call] = []
        self.holds = False
        self.dispatcher = Dispatcher(loop, self._run, QueueLimits(2, 10**6), timeout_ms=60_000)
        self.view_lines = ViewLines()
        access: Any = self.view_lines
        answer_headers = AnswerHeaders("test/1", parse_origins(origins) if origins else None)
        self.score = ScoreEndpoint(self.dispatcher, answer_headers, access)
        self.views = Views(self.dispatcher, answer_headers, access)

    def _run(self, call: Call) -> None:
        if self.holds:
            self.held.append(call)
        else:
            self.dispatcher.take_back([(call, self._execution.one(call))])
