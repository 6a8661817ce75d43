"""A keep-alive connection of the load client, fast enough to leave most of the processor to the server.

It takes one request at a time. What comes without having been asked for stays in the buffer, so that the next
request gets it as its answer, which the account then calls somebody else's.
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from dataclasses import dataclass
from typing import cast

from tests.process import LOOPBACK

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)
_STATUS = slice(9, 12)
# Closing with this on sends a reset in place of an orderly end.
_LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    head: bytes
    body: bytes

    @property
    def is_last(self) -> bool:
        """Whether the server closes the connection after it."""
        return _CLOSE.search(self.head) is not None


class LoadConnection(asyncio.Protocol):
    """`send`, then `reply`; `is_open` until either side ends it."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self.is_open = False
        self._received = bytearray()
        self._waiting: asyncio.Future[None] | None = None

    @classmethod
    async def open(cls, port: int) -> LoadConnection:
        """Raises ConnectionError when nobody listens."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, LOOPBACK, port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._wake()

    def eof_received(self) -> None:
        self.is_open = False

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        self._wake()

    def send(self, data: bytes) -> None:
        self._transport.write(data)

    def close_sending(self) -> None:
        """Half-close: the answer can still come."""
        self._transport.write_eof()

    def leave(self, is_reset: bool = False) -> None:
        """Goes away, without waiting for anything."""
        self.is_open = False
        if is_reset and not self._transport.is_closing():
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self._transport.close()

    async def reply(self, within_s: float) -> Reply:
        """The answer; ConnectionError when the connection ends without a whole one, TimeoutError when neither comes."""
        while (reply := self._take()) is None:
            if not self.is_open:
                raise ConnectionResetError(f"the connection ended after {bytes(self._received)!r}")
            await self._wait(within_s)
        return reply

    async def _wait(self, within_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        timer = loop.call_later(within_s, self._expire, self._waiting)
        try:
            await self._waiting
        finally:
            timer.cancel()
            self._waiting = None

    def _expire(self, waiting: asyncio.Future[None]) -> None:
        if not waiting.done():
            waiting.set_exception(TimeoutError("no answer in time"))

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _take(self) -> Reply | None:
        end = self._received.find(_HEAD_END)
        if end < 0:
            return None
        head = bytes(self._received[: end + 2])
        length = _LENGTH.search(head)
        end += len(_HEAD_END)
        size_bytes = end + (int(length[1]) if length else 0)
        if len(self._received) < size_bytes:
            return None
        reply = Reply(int(head[_STATUS]), head, bytes(self._received[end:size_bytes]))
        del self._received[:size_bytes]
        return reply
