"""Many clients at once, each with a connection of its own, until the requests end or somebody stops them."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from time import perf_counter

import orjson

from tests.faults.account import Account, Ending
from tests.faults.connection import LoadConnection, Reply
from tests.faults.request import Leaving, Request

# A busy machine may take long; nothing that is not stuck takes this long.
STUCK_S = 30.0
_RETRY_AFTER = re.compile(rb"\r\nretry-after: *[1-9]\d*\r\n", re.IGNORECASE)


class Load:
    """`run` sends `requests` from some clients; `stop` lets each finish the one that is under way."""

    def __init__(self, port: int, requests: Iterator[Request], pause_s: float = 0.0) -> None:
        self.account = Account()
        self._port = port
        self._requests = requests
        self._pause_s = pause_s
        self._is_stopping = False

    def stop(self) -> None:
        self._is_stopping = True

    async def run(self, clients: int) -> Account:
        """The account of what came of the requests."""
        await asyncio.gather(*(self._client() for _ in range(clients)))
        return self.account

    @contextlib.asynccontextmanager
    async def running(self, clients: int) -> AsyncIterator[asyncio.Task[Account]]:
        """Clients beside the block, which are stopped at its end."""
        task = asyncio.create_task(self.run(clients))
        try:
            yield task
        finally:
            self.stop()
            await task

    async def _client(self) -> None:
        """Requests one after another; ends early when the server takes no connection."""
        connection: LoadConnection | None = None
        for request in self._requests:
            self.account.begin(request.number)
            if connection is None or not connection.is_open:
                connection = await self._connected(request)
            if connection is None:
                return
            begun_s = perf_counter()
            ending, detail = await self._exchange(connection, request)
            self.account.end(request.number, ending, detail, perf_counter() - begun_s)
            if request.is_fresh:
                connection.leave()
            if self._is_stopping:
                break
            if self._pause_s:
                await asyncio.sleep(self._pause_s * request.cut)
        if connection is not None:
            connection.leave()

    async def _connected(self, request: Request) -> LoadConnection | None:
        try:
            return await LoadConnection.open(self._port)
        except OSError as error:
            self.account.end(request.number, Ending.NOT_CONNECTED, repr(error))
            return None

    async def _exchange(self, connection: LoadConnection, request: Request) -> tuple[Ending, str]:
        connection.send(request.wire())
        leaving = request.leaving
        if leaving in (Leaving.IN_HEAD, Leaving.IN_BODY, Leaving.AT_ONCE):
            await asyncio.sleep(0)
            connection.leave(request.is_reset)
            return (Ending.ABANDONED if leaving is Leaving.AT_ONCE else Ending.CUT_SHORT), ""
        if leaving is Leaving.HALF:
            connection.close_sending()
        try:
            reply = await connection.reply(request.pause_s if leaving is Leaving.LATER else STUCK_S)
        except TimeoutError:
            connection.leave(request.is_reset)
            return (Ending.ABANDONED if leaving is Leaving.LATER else Ending.TIMED_OUT), ""
        except ConnectionError as error:
            return Ending.RESET, repr(error)
        if reply.is_last or leaving is Leaving.HALF:
            connection.leave()
        return ending_of(request, reply), f"{reply.status} {reply.body[:200]!r} for {request.rows[:2]}"


def ending_of(request: Request, reply: Reply) -> Ending:
    """How a call that got an answer has ended."""
    if reply.status == 200:
        return Ending.RIGHT if request.is_own(reply.body) and not request.is_failing else Ending.WRONG_OWNER
    if reply.status == 500 and request.is_failing:
        return Ending.RAISED
    if reply.status == 503 and _RETRY_AFTER.search(reply.head) and _is_message(reply.body):
        return Ending.RETRYABLE
    return Ending.REFUSED_4XX if reply.status < 500 else Ending.FAILED_5XX


def _is_message(body: bytes) -> bool:
    try:
        return isinstance(orjson.loads(body)["message"], str)
    except (ValueError, TypeError, KeyError):
        return False
