"""A transport that keeps what is written to it and does what the test says."""

from __future__ import annotations

import asyncio
from typing import Any

CLIENT, SERVER = ("10.0.0.7", 4711), ("127.0.0.1", 5001)


class ScriptedTransport(asyncio.Transport):
    """One side of a connection without a socket; `write_buffer_bytes` is what the kernel did not take yet."""

    def __init__(self) -> None:
        super().__init__({"peername": CLIENT, "sockname": SERVER})
        self.written = b""
        self.write_buffer_bytes = 0
        self.is_read_paused = False
        self.has_eof = False
        self.is_closed = False
        self.is_aborted = False

    def __repr__(self) -> str:
        marks = {"reading paused": self.is_read_paused, "eof": self.has_eof, "closed": self.is_closed}
        return f"<ScriptedTransport {', '.join(mark for mark, is_set in marks.items() if is_set) or 'open'}>"

    def write(self, data: Any) -> None:
        assert not self.has_eof, "written after the end"
        if not self.is_closing():
            self.written += bytes(data)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.has_eof = True

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = self.is_aborted = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        assert not self.is_read_paused
        self.is_read_paused = True

    def resume_reading(self) -> None:
        assert self.is_read_paused
        self.is_read_paused = False

    def get_write_buffer_size(self) -> int:
        return self.write_buffer_bytes
