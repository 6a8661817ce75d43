"""sys.stdout and sys.stderr as scripts see them: complete text streams that never block the script.

A script may write to them by other ways than print(): sys.stdout.write, sys.stdout.buffer, a logging handler. What
nobody reads is dropped by the BoundedWriter below, instead of holding up run().
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from scoring_runtime.telemetry.output import BoundedWriter


class _Bytes(io.RawIOBase):
    """The binary side of a BoundedWriter."""

    def __init__(self, writer: BoundedWriter) -> None:
        self._writer = writer

    def write(self, data: Any) -> int:
        size_bytes = memoryview(data).nbytes
        self._writer.write(bytes(data).decode("utf-8", "backslashreplace"))
        return size_bytes

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._writer.fileno()

    def isatty(self) -> bool:
        return self._writer.isatty()


def ensure_open() -> None:
    """Puts the null device where a standard stream is closed, so that nothing else gets its number."""
    for fd in (0, 1, 2):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one


def replace(out: BoundedWriter, err: BoundedWriter) -> None:
    """Puts streams over `out` and `err` in the places of sys.stdout and sys.stderr."""
    sys.stdout = _text_stream(out)
    sys.stderr = _text_stream(err)


def _text_stream(writer: BoundedWriter) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(_Bytes(writer)), encoding="utf-8", errors="backslashreplace", line_buffering=True
    )
