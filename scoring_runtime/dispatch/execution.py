"""Runs calls on the runner's thread and says how they ended; nothing that user code raises gets past here.

One call: alarm, run(), encode. Several calls of one kind (see `merge`): one run() with their rows together; if that
fails, the group is halved until only the guilty call is left with the error.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

from scoring_runtime.call import Arguments, Call, Outcome, Payload
from scoring_runtime.dispatch import merge
from scoring_runtime.dispatch.alarm import Alarm, AlarmError
from scoring_runtime.errors import AnswerError, InternalError, RunError, RunTimeoutError
from scoring_runtime.telemetry.context import current_request_id
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

Run = Callable[..., Any]
Encode = Callable[[Any], Payload]


class Execution:
    """`run` is called with a call's arguments as keywords, `encode` turns what it returns into a Payload."""

    def __init__(self, run: Run, encode: Encode, alarm: Alarm) -> None:
        self._run = run
        self._encode = encode
        self._alarm = alarm

    def one(self, call: Call) -> Outcome:
        started = call.started_s = perf_counter()
        current_request_id.set(call.request_id)
        try:
            self._alarm.start()
            output = self._run(**call.arguments)
            self._alarm.stop()
        except BaseException as error:  # SystemExit too: a script must not be able to end the server
            self._alarm.stop()
            return Outcome(error=self.explain(error))
        return self._encoded(output, (perf_counter() - started) * 1000)

    def group(self, calls: list[Call]) -> list[Outcome]:
        """The outcomes of `calls`, which `merge.key` found compatible, in their order."""
        if len(calls) == 1:
            return [self.one(calls[0])]
        started = perf_counter()
        for call in calls:
            call.started_s = started
        current_request_id.set(calls[0].request_id)
        try:
            output = self._timed_run(merge.join([call.arguments for call in calls]))
            parts = merge.split(output, [merge.rows(call.arguments) for call in calls])
        except AlarmError as error:
            return [Outcome(error=self.explain(error)) for _ in calls]
        except BaseException:  # as in one(); who is guilty shows below
            for call in calls:
                call.started_s = None  # they wait again
            half = len(calls) // 2
            return self.group(calls[:half]) + self.group(calls[half:])
        run_ms = (perf_counter() - started) * 1000
        return [self._encoded(part, run_ms) for part in parts]

    def _timed_run(self, arguments: Arguments) -> Any:
        try:
            self._alarm.start()
            return self._run(**arguments)
        finally:
            self._alarm.stop()

    def _encoded(self, output: Any, run_ms: float) -> Outcome:
        try:
            return Outcome(self._encode(output), None, run_ms)
        except AnswerError as error:
            return Outcome(error=error)
        except BaseException as error:  # encoding may call into objects of the script
            logger.error("Encountered Exception: %s", format_traceback(error))
            return Outcome(error=InternalError())

    def explain(self, error: BaseException) -> AnswerError:
        """Logs what user code raised and returns what the client is told."""
        if isinstance(error, AlarmError):
            logger.error("Encountered Exception: %s", format_traceback(error))
            return RunTimeoutError(self._alarm.timeout_ms)
        if isinstance(error, AnswerError):
            return error
        logger.error("Encountered Exception: %s", format_traceback(error))
        return RunError()
