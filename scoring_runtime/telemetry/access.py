"""The two lines that every request leaves: the scoring view's and the access line.

This is on the way of every answer, so as long as the default configuration is in force the lines do not
pass through logging: they are put together here, gathered, and written at once in the next turn of the
event loop. The first line of a turn reads the clock for all of them, and what the lines of a millisecond have in
common is put together once. When a logger or its handler is not
the default one any more (looked at when the millisecond changes), each line is a record of its logger. Only
for the event loop's thread.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable

from scoring_runtime.telemetry.access_lines import answer_parts, dates, view_parts
from scoring_runtime.telemetry.loggers import ACCESS_LOGGER, LOGGER
from scoring_runtime.telemetry.logs import is_default
from scoring_runtime.telemetry.output import BoundedWriter

# The arguments of `log_answer`.
_AnswerKey = tuple[str, str, bytes, str, int, int | None, bytes | None, bytes | None]


class AccessLog:
    """Writes the lines of answered requests; `scheduler` is the loop's call_soon."""

    def __init__(
        self,
        out: BoundedWriter,
        scheduler: Callable[[Callable[[], None]], object],
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._out = out
        self._scheduler = scheduler
        self._clock_s = clock_s
        self._view_logger = logging.getLogger(LOGGER)
        self._answer_logger = logging.getLogger(ACCESS_LOGGER)
        self._pid = os.getpid()
        self._lines: list[str] = []
        # What the lines of this millisecond are made of.
        self._views: dict[tuple[str, str, int, int | None], tuple[str, str]] = {}
        self._answers: dict[_AnswerKey, str] = {}
        self._is_turn_begun = False
        self._now_ms = -1
        self._now_s = -1

    def log_view(
        self, method: str, target: str, status: int, elapsed_ms: float, length: int | None, request_id: str = ""
    ) -> None:
        """The view has answered; `target` is the path with its query, `length` None means streamed.

        The original's line has no place for `request_id`; JsonAccessLog shows it.
        """
        if not self._is_turn_begun:
            self._begin_turn()
        key = (method, target, status, length)
        head, tail = self._views.get(key) or self._keep_view(key)
        line = f"{head}{elapsed_ms:.3f}{tail}"
        if self._is_view_default:
            self._lines.append(line)
        else:
            self._view_logger.info(line)

    def log_answer(
        self,
        client_host: str,
        method: str,
        target: bytes,
        http_version: str,
        status: int,
        length: int | None,
        referer: bytes | None,
        user_agent: bytes | None,
    ) -> None:
        """An answer has been sent; `length` None means unknown. Health probes leave no line."""
        if target == b"/" and method == "GET" and http_version == "1.1":
            return
        if not self._is_turn_begun:
            self._begin_turn()
        key = (client_host, method, target, http_version, status, length, referer, user_agent)
        line = self._answers.get(key) or self._keep_answer(key)
        if self._is_answer_default:
            self._lines.append(line)
        else:
            self._answer_logger.info(line)

    def _keep_view(self, key: tuple[str, str, int, int | None]) -> tuple[str, str]:
        head, tail = view_parts(*key)
        if self._is_view_default:
            head = f"{self._view_prefix}{head}"
        self._views[key] = head, tail
        return head, tail

    def _keep_answer(self, key: _AnswerKey) -> str:
        head, tail = answer_parts(*key)
        line = f"{head}{self._date}{tail}"
        if self._is_answer_default:
            line = f"{self._answer_prefix}{line}"
        self._answers[key] = line
        return line

    def flush(self) -> None:
        """Write the lines gathered since the last turn of the loop."""
        self._is_turn_begun = False
        if self._lines:
            lines, self._lines = self._lines, []
            lines.append("")
            self._out.write("\n".join(lines))

    def _begin_turn(self) -> None:
        self._is_turn_begun = True
        self._scheduler(self.flush)
        now_ms = int(self._clock_s() * 1000)
        if now_ms == self._now_ms:
            return
        self._now_ms = now_ms
        self._views.clear()
        self._answers.clear()
        now_s, ms = divmod(now_ms, 1000)
        if now_s != self._now_s:
            self._now_s = now_s
            self._second, self._date = dates(now_s)
        start = f"{self._second},{ms:03d} I [{self._pid}] "
        self._view_prefix = f"{start}{LOGGER} - "
        self._answer_prefix = f"{start}{ACCESS_LOGGER} - "
        self._is_view_default = is_default(LOGGER, self._out)
        self._is_answer_default = is_default(ACCESS_LOGGER, self._out)
