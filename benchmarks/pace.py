"""Requests at a steady pace, whether the earlier ones are answered or not.

A closed loop sends nothing while the server keeps it waiting, and so counts one long wait as one slow answer among
thousands. Here every request that falls into a wait is sent and timed, on a connection of its own if need be.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Sequence

from benchmarks.servers import Request
from benchmarks.serving import ANSWER_TIMEOUT_S, LOOPBACK
from benchmarks.unmeasured import Unmeasured

PER_SECOND = 200


def latencies_ms(port: int, request: Request, seconds: int, core: int) -> list[float]:
    """The latency of each request, sent from one core; every answer must be 200."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        return asyncio.run(_Pace(port, request).send(seconds * PER_SECOND))
    finally:
        os.sched_setaffinity(0, before)


class _Pace:
    """One client: the connections that are free, and the bytes that it sends."""

    def __init__(self, port: int, request: Request) -> None:
        body = request.body.encode()
        head = f"POST {request.path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nContent-Type: {request.content_type}\r\n"
        self._message = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._opened: list[asyncio.StreamWriter] = []

    async def send(self, count: int) -> list[float]:
        """So many requests, each at its time."""
        first_s, pending = time.monotonic(), []
        try:
            for number in range(count):
                await asyncio.sleep(first_s + number / PER_SECOND - time.monotonic())
                pending.append(asyncio.create_task(self._timed()))
            return await asyncio.wait_for(asyncio.gather(*pending), ANSWER_TIMEOUT_S)
        finally:
            await asyncio.gather(*pending, return_exceptions=True)
            await asyncio.gather(*(_close(writer) for writer in self._opened), return_exceptions=True)

    async def _timed(self) -> float:
        reader, writer = self._free.pop() if self._free else await self._open()
        sent_s = time.monotonic()
        writer.write(self._message)
        await _read_answer(reader)
        self._free.append((reader, writer))
        return (time.monotonic() - sent_s) * 1e3

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(LOOPBACK, self._port)
        self._opened.append(writer)
        return reader, writer


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200 "):
        raise Unmeasured(f"fails small requests: {head[:40]!r}")
    _, _, length = head.partition(b"content-length:")
    await reader.readexactly(int(length.split(b"\r\n")[0]))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many per cent do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
