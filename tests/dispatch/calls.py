"""Calls that keep what ended them, and the simplest way to encode an output."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from scoring_runtime.call import Arguments, Call, Outcome, Payload
from scoring_runtime.dispatch.alarm import Alarm
from scoring_runtime.dispatch.execution import Execution, Run
from scoring_runtime.dispatch.merging import Merging, RowMerging
from scoring_runtime.dispatch.thread_runner import Ended

NO_ALARM_MS = 60_000


class SentCall(Call):
    """A call with the outcomes it was given, of which there must never be two."""

    outcomes: list[Outcome]

    def __init__(self, size_bytes: int = 0, request_id: str = "", **arguments: Any) -> None:
        self.outcomes = []
        super().__init__(arguments, self.outcomes.append, request_id, size_bytes)


def encode(output: Any) -> Payload:
    """JSON, as far as the standard library knows it."""
    return Payload(json.dumps(output).encode())


def execution_of(run: Run, merging: Merging | None = None) -> Execution:
    """An execution whose alarm does not ring during a test."""
    return Execution(run, encode, Alarm(NO_ALARM_MS), merging)


def as_array(arguments: Arguments) -> Arguments:
    """What a schema makes of the parameter `data`."""
    return {"data": np.asarray(arguments["data"])}


def by_rows(limit: int = 100) -> RowMerging:
    """Calls whose `data` is an array share a run()."""
    return RowMerging(limit, as_array)


def answers(ended: Ended) -> list[bytes | str]:
    """The body or the error's name of each ended call."""
    return [shown(outcome) for _, outcome in ended]


def shown(outcome: Outcome) -> bytes | str:
    """The body of an outcome, or the name of its error's class."""
    return outcome.payload.body if outcome.payload else type(outcome.error).__name__
