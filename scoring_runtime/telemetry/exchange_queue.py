"""Exchanges on their way from the event loop to a thread that may wait: bounded, and dropped beyond the bound.

put() takes no lock but the event's, once per batch: an append and two counters, of which the event loop's
thread writes one and the consuming thread the other. What is being consumed still counts as waiting, so the
bound is one of memory. After each batch the thread lets more gather for a moment, so that a busy server does
not switch threads for each request.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from scoring_runtime.telemetry.exchange import Exchange
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.sparse_log import SparseLog

LIMIT_RECORDS = 10_000
LIMIT_BYTES = 64 * 1024 * 1024
BATCH_RECORDS = 256
GATHER_S = 0.05
# Strings, lists and the object itself, beyond the bodies and the headers' text.
_OVERHEAD_BYTES = 1024
_HEADER_BYTES = 150

logger = logging.getLogger(LOGGER)

Consumer = Callable[[Sequence[Exchange]], None]


class ExchangeQueue:
    """Hands exchanges to `consume` on a thread of its own; `purpose` is what is lost when they are dropped."""

    def __init__(
        self,
        purpose: str,
        consume: Consumer,
        limit_records: int = LIMIT_RECORDS,
        limit_bytes: int = LIMIT_BYTES,
        gather_s: float = GATHER_S,
    ) -> None:
        self.dropped_records = 0
        self._purpose = purpose
        self._consume = consume
        self._limit_records = limit_records
        self._limit_bytes = limit_bytes
        self._gather_s = gather_s
        self._waiting: deque[tuple[Exchange, int]] = deque()
        self._put_records = self._put_bytes = 0
        self._done_records = self._done_bytes = 0
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._log = SparseLog()
        self._thread = threading.Thread(target=self._work, name=f"scoring-{purpose}", daemon=True)
        self._thread.start()

    def put(self, exchange: Exchange) -> None:
        """Keep the exchange for the thread if there is room; never waits."""
        size_bytes = size_of(exchange)
        is_full = self._put_records - self._done_records >= self._limit_records
        if is_full or self._put_bytes - self._done_bytes + size_bytes > self._limit_bytes or self._closing.is_set():
            self.dropped_records += 1
            self._log.warn(
                "Requests missing in the %s so far: %d, because too many wait", self._purpose, self.dropped_records
            )
            return
        self._put_records += 1
        self._put_bytes += size_bytes
        self._waiting.append((exchange, size_bytes))
        if not self._wake.is_set():
            self._wake.set()

    def close(self, timeout_s: float) -> bool:
        """Let the thread take what waits, for at most `timeout_s`; whether it has."""
        self._closing.set()
        self._wake.set()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            left = self._put_records - self._done_records
            logger.warning("Requests missing in the %s at the end: %d, because it took too long", self._purpose, left)
            return False
        return True

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            is_last = self._closing.is_set()
            while self._waiting:
                self._take_batch()
            if is_last:
                return
            self._closing.wait(self._gather_s)

    def _take_batch(self) -> None:
        count = min(len(self._waiting), BATCH_RECORDS)
        batch = [self._waiting.popleft() for _ in range(count)]
        try:
            self._consume([exchange for exchange, _ in batch])
        except Exception as error:  # the thread must outlive whatever an exporter or a disk may raise
            self._log.warn("The %s failed: %s: %s", self._purpose, type(error).__name__, error)
        self._done_records += count
        self._done_bytes += sum(size_bytes for _, size_bytes in batch)


def size_of(exchange: Exchange) -> int:
    """About how many bytes of memory an exchange holds."""
    headers = len(exchange.request_headers) + len(exchange.response_headers)
    bodies_bytes = len(exchange.request_body) + len(exchange.response_body or b"")
    return bodies_bytes + len(exchange.target) + headers * _HEADER_BYTES + _OVERHEAD_BYTES


def within(timeout_s: float, action: Callable[[], object], name: str) -> bool:
    """Run `action`, which may wait for longer, for at most `timeout_s`; whether it has ended."""
    thread = threading.Thread(target=action, name=name, daemon=True)
    thread.start()
    thread.join(timeout_s)
    return not thread.is_alive()


def remaining_s(deadline_s: float) -> float:
    """The seconds until a point of time.monotonic(), never negative."""
    return max(0.0, deadline_s - time.monotonic())
