"""A call as it lives in a worker process: it tells the front process when it begins, and is unpacked where it runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from scoring_runtime.call import Arguments, Batchable, Call, Outcome
from scoring_runtime.dispatch.merging import Merging
from scoring_runtime.dispatch.start_times import StartTimes
from scoring_runtime.errors import AnswerError, InternalError
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

PACKED = "packed"

Unpack = Callable[[Any, bytes], Arguments]


class Packed:
    """The arguments of a call as they came; `decode_ms` is how long it took to unpack them."""

    __slots__ = ("_body", "_claims", "_meta", "_slot", "_starts", "decode_ms", "is_recalled")

    def __init__(self, meta: Any, body: bytes, slot: int, starts: StartTimes) -> None:
        self._meta = meta
        self._body = body
        self._slot = slot
        self._starts = starts
        self._claims = [None]
        self.is_recalled = False
        self.decode_ms = 0.0

    def recall(self) -> bool:
        """On the reader's thread: whether the call has not begun here, and now never will."""
        self.is_recalled = self._claim()
        return self.is_recalled

    def _claim(self) -> bool:
        """True for the first who asks."""
        try:
            self._claims.pop()
        except IndexError:
            return False
        return True

    def unpacked(self, unpack: Unpack, convert: Callable[[Arguments], Arguments]) -> Arguments:
        """Run once, on the runner's thread. Raises AnswerError, or what the script's own types raise."""
        if not self._claim():
            raise InternalError  # told to nobody: the call goes back to the front process
        self._starts.begin(self._slot)
        begun_s = perf_counter()
        meta, body = self._meta, self._body
        self._meta, self._body = None, b""
        try:
            arguments = unpack(meta, body)
        except AnswerError:
            raise
        except Exception as error:
            logger.error("Encountered Exception: %s", format_traceback(error))
            raise InternalError from None
        arguments = convert(arguments)
        self.decode_ms = (perf_counter() - begun_s) * 1000
        return arguments


class RemoteCall(Call):
    """`started_s` is written where the front process sees it. Its outcome goes through `deliver`, not `on_end`."""

    __slots__ = ("_started_s", "_starts", "is_sent", "packed", "slot")

    def __init__(self, slot: int, packed: Packed, starts: StartTimes, request_id: str, moments: Sequence[Any]) -> None:
        self.slot = slot
        self.packed = packed
        self.is_sent = False
        self._starts = starts
        self._started_s: float | None = None
        submitted_s, expires_s = moments
        super().__init__({PACKED: packed}, _no_end, request_id)
        self.submitted_s = submitted_s
        if expires_s is not None:
            self.expires_s = expires_s

    @property
    def started_s(self) -> float | None:
        return self._started_s

    @started_s.setter
    def started_s(self, started_s: float | None) -> None:
        if started_s is not None or self._started_s is not None:
            self._starts.run(self.slot, started_s)
        self._started_s = started_s


def _no_end(outcome: Outcome) -> None:
    """Nobody in this process waits for the outcome."""


class Unpacking:
    """A Merging that unpacks arguments before anything else, and then does what `merging` does, if there is one."""

    def __init__(self, merging: Merging | None, unpack: Unpack) -> None:
        self._merging = merging
        self._unpack = unpack
        self.limit = merging.limit if merging else 1

    def prepare(self, arguments: Arguments) -> Arguments:
        if PACKED not in arguments:
            raise InternalError  # told to nobody: the call was given back while it waited here
        packed: Packed = arguments[PACKED]
        return packed.unpacked(self._unpack, self._merging.prepare if self._merging else _as_they_are)

    def batchable(self, arguments: Arguments) -> Batchable | None:
        return self._merging.batchable(arguments) if self._merging else None

    def join(self, several: Sequence[Arguments]) -> Arguments:
        return self._merging.join(several) if self._merging else several[0]

    def split(self, output: Any, counts: Sequence[int]) -> list[Any]:
        return self._merging.split(output, counts) if self._merging else [output]


def _as_they_are(arguments: Arguments) -> Arguments:
    return arguments
