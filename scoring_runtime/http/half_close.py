"""Whether a client that sends no more is still there to read: TCP tells that only to who writes to it.

An interim answer, which clients of HTTP/1.1 expect at any time, brings a reset from a client that has gone altogether.
"""

from __future__ import annotations

import asyncio
import math
import socket

from scoring_runtime.http import deadlines, wire


class HalfClose:
    """Of one connection, from when its client has shut down its sending side (`begin`)."""

    __slots__ = ("_is_asked", "_since_s")

    def __init__(self) -> None:
        self._since_s = math.inf
        self._is_asked = False

    def begin(self, now_s: float) -> None:
        self._since_s = now_s

    def look(self, now_s: float, transport: asyncio.Transport) -> None:
        """Called now and then while an answer of HTTP/1.1 is waited for; ends the connection if nobody does."""
        if now_s - self._since_s < deadlines.HALF_CLOSED_S:
            return
        if not self._is_asked:
            self._is_asked = True
            transport.write(wire.CONTINUE)
        elif (sock := transport.get_extra_info("socket")) and sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            transport.abort()
