"""Runs calls on the runner's thread and says how they ended; nothing that user code raises gets past here.

One call: alarm, run(), encode. Several calls of one kind (see `merging`): one run() with what they ask together; if
that fails, the group is halved until only the guilty call is left with the error.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from time import perf_counter
from typing import Any

from scoring_runtime.call import Call, Outcome, Payload
from scoring_runtime.dispatch.alarm import Alarm, AlarmError
from scoring_runtime.dispatch.merging import Merging
from scoring_runtime.errors import OUR_ERRORS, AnswerError, InternalError, RunError, RunTimeoutError, SettledError
from scoring_runtime.json_text import dump_json
from scoring_runtime.telemetry.context import current_request_id
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

Run = Callable[..., Any]
Encode = Callable[[Any], Payload]


class Execution:
    """`run` is called with a call's arguments as keywords, `encode` turns what it returns into a Payload.

    One per runner's thread; `merging` says how calls share a run(), if they do.
    """

    def __init__(self, run: Run, encode: Encode, alarm: Alarm, merging: Merging | None = None) -> None:
        self._run = run
        self._encode = encode
        self.alarm = alarm
        self.merging = merging

    def one(self, call: Call) -> Outcome:
        """Runs `call` alone, with its arguments as they are."""
        started_s = call.started_s = perf_counter()
        current_request_id.set(call.request_id)
        try:
            self.alarm.start(started_s)
            output = self._run(**call.arguments)
            self.alarm.stop()
        except BaseException as error:  # SystemExit too: a script must not be able to end the server
            self.alarm.stop()
            return self._failed(call, error)
        return self._encoded(call, output, started_s, perf_counter(), 1)

    def group(self, calls: list[Call], merging: Merging) -> list[Outcome]:
        """The outcomes of `calls`, all `batchable` and of one kind, in their order."""
        started_s = perf_counter()
        for call in calls:
            call.started_s = started_s
        current_request_id.set(calls[0].request_id)
        counts = [call.batchable.rows if call.batchable else 1 for call in calls]
        try:
            output = self._timed_run(merging, calls, started_s)
            parts = merging.split(output, counts)
        except AlarmError as error:
            reason = self.explain(error)
            return [Outcome(error=reason, queue_ms=_queue_ms(call)) for call in calls]
        except BaseException as error:  # as in one()
            if len(calls) == 1:
                return [self._failed(calls[0], error)]
            parts = None
        if parts is None:  # not in the clause above: the halves' errors are not consequences of this one
            return self._halves(calls, merging)
        ended_s, rows = perf_counter(), sum(counts)
        outcomes = []
        for call, part in zip(calls, parts, strict=True):
            outcomes.append(self._encoded(call, part, started_s, ended_s, rows))
        return outcomes

    def _halves(self, calls: list[Call], merging: Merging) -> list[Outcome]:
        """Who of `calls` made their run() fail shows in smaller groups."""
        for call in calls:
            call.started_s = None  # they wait again,
            call.expires_s = math.inf  # but their run() has begun in time
        half = len(calls) // 2
        return self.group(calls[:half], merging) + self.group(calls[half:], merging)

    def _timed_run(self, merging: Merging, calls: list[Call], started_s: float) -> Any:
        try:
            self.alarm.start(started_s)
            return self._run(**merging.join([call.arguments for call in calls]))
        finally:
            self.alarm.stop()

    def _encoded(self, call: Call, output: Any, started_s: float, ended_s: float, rows: int) -> Outcome:
        """`output` of a run() between two moments, for one of the calls that shared it."""
        queue_ms = (started_s - call.submitted_s) * 1000
        begun_s = ended_s if rows == 1 else perf_counter()
        if isinstance(output, AnswerError):
            return Outcome(None, self.explain(output), None, queue_ms, 0.0, rows)
        try:
            payload = self._encode(output)
        except AnswerError as error:
            return Outcome(None, self.explain(error), None, queue_ms, 0.0, rows)
        except BaseException as error:  # encoding may call into objects of the script
            logger.error("Encountered Exception: %s", format_traceback(error))
            return Outcome(None, InternalError(), None, queue_ms, 0.0, rows)
        encode_ms = (perf_counter() - begun_s) * 1000
        return Outcome(payload, None, (ended_s - started_s) * 1000, queue_ms, encode_ms, rows)

    def _failed(self, call: Call, error: BaseException) -> Outcome:
        return Outcome(error=self.explain(error), queue_ms=_queue_ms(call), batch_rows=1)

    def explain(self, error: BaseException) -> AnswerError:
        """Logs what user code raised and returns what the client is told."""
        if isinstance(error, AnswerError):
            reason = error if type(error) in OUR_ERRORS else _settled(error)
        else:
            reason = RunTimeoutError(self.alarm.timeout_ms) if isinstance(error, AlarmError) else RunError()
            reason.details = format_traceback(error)
            logger.error("Encountered Exception: %s", reason.details)
        # The script may keep the error, and with the frames of its traceback the calls that ended in it.
        error.__traceback__ = None
        return reason


def _settled(error: AnswerError) -> AnswerError:
    """What the client gets of a ScoringError, or of a class made of one of ours; its JSON is made on this thread."""
    try:
        return SettledError(error.status, dump_json(error.content()), error.retry_after_s)
    except BaseException as fault:  # both may be the script's own doing
        logger.error("Encountered Exception: %s", format_traceback(fault))
        return InternalError()


def _queue_ms(call: Call) -> float:
    """How long `call` waited for its run() to begin."""
    return (call.started_s - call.submitted_s) * 1000 if call.started_s is not None else 0.0
