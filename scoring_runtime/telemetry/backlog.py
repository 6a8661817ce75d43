"""The lines that wait for a reader: bounded, and whole lines are dropped beyond the bound (pure, no I/O).

Once a line is dropped, all are until half of the room is free again, so that a gap is one gap; the notice
with its size then stands where the lines are missing. Lines may arrive in fragments (print() writes its end
separately), so a dropped line stays dropped until its end has come.
"""

from __future__ import annotations

import io

MAX_LINE_BYTES = 64 * 1024
_NOTICE = b" log lines were dropped because nobody reads the output\n"


class Backlog:
    """Bytes that wait to be written, and the count of the lines that found no room."""

    def __init__(self, limit_bytes: int) -> None:
        self.waiting = bytearray()
        self.dropped_lines = 0
        self._limit_bytes = limit_bytes
        self._unreported_lines = 0
        self._is_midline = False
        self._is_skipping = False

    def add(self, data: bytes) -> None:
        """Accept as many lines of `data` as there is room for."""
        self._report_gap()
        if self._takes_all(data):
            self.waiting += data
            self._is_midline = not data.endswith(b"\n")
            return
        for line in io.BytesIO(data):
            self._add_line(shortened(line))

    def take(self, size_bytes: int) -> None:
        """The first `size_bytes` have been written."""
        del self.waiting[:size_bytes]
        self._report_gap()

    def discard(self) -> None:
        """What waits can never be written."""
        self._drop(self.waiting.count(b"\n") + self._is_midline - self.waiting.count(_NOTICE))
        self._is_skipping = self._is_skipping or self._is_midline
        self._is_midline = False
        self.waiting.clear()

    def _takes_all(self, data: bytes) -> bool:
        if self._unreported_lines or self._is_skipping or len(data) > MAX_LINE_BYTES:
            return False
        return len(self.waiting) + len(data) <= self._limit_bytes

    def _add_line(self, line: bytes) -> None:
        is_unfinished = not line.endswith(b"\n")
        if self._is_skipping:
            self._is_skipping = is_unfinished
        elif self._unreported_lines or len(self.waiting) + len(line) > self._limit_bytes:
            self._drop(1)
            self._is_skipping = is_unfinished
        else:
            self.waiting += line
            self._is_midline = is_unfinished

    def _drop(self, lines: int) -> None:
        self.dropped_lines += lines
        self._unreported_lines += lines

    def _report_gap(self) -> None:
        if self._unreported_lines and len(self.waiting) <= self._limit_bytes // 2:
            start = b"\n" if self._is_midline else b""
            self.waiting += start + b"%d" % self._unreported_lines + _NOTICE
            self._unreported_lines = 0
            self._is_midline = False


def shortened(line: bytes, limit_bytes: int = MAX_LINE_BYTES) -> bytes:
    """The line, cut to `limit_bytes` with a note of how many bytes are missing."""
    end = b"\n" if line.endswith(b"\n") else b""
    size_bytes = len(line) - len(end)
    if size_bytes <= limit_bytes:
        return line
    kept = line[:limit_bytes].decode("utf-8", "ignore").encode()
    return kept + b" ... (%d bytes cut)" % (size_bytes - len(kept)) + end
