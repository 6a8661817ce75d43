"""Data capture: a share of the requests and their answers, as lines of JSON in rotating files.

The event loop's thread only draws the lot and hands the exchange over; a thread of its own encodes and writes.
Whatever happens to the disk, scoring goes on: what cannot be written is dropped and counted, and the next
attempt comes a second later. Above 90 % disk use nothing is written until it is below 85 % again.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence

from scoring_runtime.errors import SettingsError
from scoring_runtime.telemetry.capture_file import CaptureFile
from scoring_runtime.telemetry.capture_record import capture_line
from scoring_runtime.telemetry.exchange import Exchange
from scoring_runtime.telemetry.exchange_queue import LIMIT_BYTES, LIMIT_RECORDS, ExchangeQueue
from scoring_runtime.telemetry.sparse_log import SparseLog

STOP_USE, RESUME_USE = 0.90, 0.85
RETRY_S = 1.0


class Capture:
    """Observes exchanges and writes `percent` of them into the folder `path`. Raises SettingsError if it cannot be."""

    def __init__(
        self,
        path: str,
        percent: float,
        limit_bytes: int,
        *,
        limit_waiting: tuple[int, int] = (LIMIT_RECORDS, LIMIT_BYTES),
        file: CaptureFile | None = None,
        disk_use: Callable[[str], float] | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        _require_folder(path)
        self._path = path
        self._share = percent / 100
        self._file = file or CaptureFile(path, limit_bytes)
        self._disk_use = disk_use or used_share
        self._clock_s = clock_s
        self._log = SparseLog()
        self._is_stopped = False
        self._next_attempt_s = 0.0
        self._lost_records = 0
        self._queue = ExchangeQueue("data capture", self._take, *limit_waiting)

    def __call__(self, exchange: Exchange) -> None:
        # random() is below 1, so that a share of 1 takes all.
        if random.random() < self._share:
            self._queue.put(exchange)

    @property
    def dropped_records(self) -> int:
        """How many were chosen but are in no file: too many waited, or the disk took no more."""
        return self._queue.dropped_records + self._lost_records

    def close(self, timeout_s: float) -> None:
        """Write what waits, for at most `timeout_s`."""
        if self._queue.close(timeout_s):
            self._file.close()

    def _take(self, exchanges: Sequence[Exchange]) -> None:
        written = 0
        try:
            if self._may_write():
                written = self._write([capture_line(each) for each in exchanges])
        finally:
            self._lost_records += len(exchanges) - written

    def _write(self, lines: Sequence[bytes]) -> int:
        written, error = self._file.append(lines)
        if error is not None:
            self._next_attempt_s = self._clock_s() + RETRY_S
            self._log.warn(
                "Data capture cannot write to %s (%s). Requests missing so far: %d. Scoring goes on.",
                self._path,
                error.strerror or error,
                self.dropped_records + len(lines) - written,
            )
        return written

    def _may_write(self) -> bool:
        return self._clock_s() >= self._next_attempt_s and not self._is_disk_full()

    def _is_disk_full(self) -> bool:
        try:
            use = self._disk_use(self._path)
        except OSError:
            # The folder is gone: making it anew decides whether it can be written.
            return False
        self._is_stopped = use > (RESUME_USE if self._is_stopped else STOP_USE)
        if self._is_stopped:
            # Held open, a file that somebody removes to make room would make none.
            self._file.close()
            self._log.warn("Data capture has stopped: the disk of %s is %.0f %% full.", self._path, use * 100)
        return self._is_stopped


def used_share(path: str) -> float:
    """How much of the file system is used, of what this user may use at all. Raises OSError."""
    disk = os.statvfs(path)
    used = disk.f_blocks - disk.f_bfree
    return used / ((used + disk.f_bavail) or 1)


def _require_folder(path: str) -> None:
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"SCORING_CAPTURE_DIR: the folder {path} cannot be made: {error.strerror}. Name one that can be written."
        ) from None
