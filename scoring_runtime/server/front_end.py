"""The event loop's thread: uvicorn accepts connections, our protocol serves them, until told to stop.

Stopping: readiness goes, and for `drain_delay_s` connections are still taken. Then the listeners close; answers under
way are finished, idle connections may bring one more request; then the calls still in the runner end. After `drain_s`
more, or at a second signal, what is left is answered with 503.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn

from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.http.deadlines import Sweeper
from scoring_runtime.http.protocol import ProtocolParts, ScoringProtocol
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.output import BoundedWriter

logger = logging.getLogger(LOGGER)

PUMP_INTERVAL_S = 0.5
# For answers given at the very end to leave the process.
FLUSH_S = 0.25


class _Uvicorn(uvicorn.Server):
    """uvicorn's server, which tells when it listens, and leaves no client in the kernel's queue when it stops."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes the connections that the kernel has accepted already, which would be reset otherwise."""
        spares = [listener.dup() for listener in sockets or []]
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        for spare in spares:
            for connection in _accepted(spare):
                await loop.connect_accepted_socket(self._connection, connection)
            spare.close()
        await super().shutdown(sockets)

    def _connection(self) -> asyncio.Protocol:
        protocol: Any = self.config.http_protocol_class
        connection: asyncio.Protocol = protocol(server_state=self.server_state)
        return connection


def _accepted(listener: socket.socket) -> Iterator[socket.socket]:
    """The connections that wait at a listener which does not block."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # none is left, or none can be had
            return
        yield connection


@dataclass(frozen=True, slots=True)
class FrontEndParts:
    """What the front end serves with."""

    protocol: ProtocolParts
    dispatcher: Dispatcher
    outputs: tuple[BoundedWriter, ...]
    drain_s: float
    drain_delay_s: float = 0.0


class FrontEnd:
    """`start` and `join` from the main thread; `stop` and `stop_at_once` on the loop's thread.

    `on_stopped` is called there at the end, with whether every call had ended. `admin` is an application with a
    listener of its own.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        parts: FrontEndParts,
        listeners: list[socket.socket],
        on_stopped: Callable[[bool], None],
        admin: tuple[Any, socket.socket] | None = None,
    ) -> None:
        self.loop = loop
        self._parts = parts
        self._listeners = listeners
        self._on_stopped = on_stopped
        self._admin = admin
        self._is_listening = threading.Event()
        self._idle = asyncio.Event()
        self._stop_by_s: float | None = None
        self._uvicorn = _Uvicorn(self._config(), self._is_listening.set)
        self._thread = threading.Thread(target=self._run, name="front-end", daemon=True)

    def _config(self) -> uvicorn.Config:
        def protocol(server_state: Any, _loop: Any = None, **_: Any) -> ScoringProtocol:
            return ScoringProtocol(self._parts.protocol, server_state, self.loop)

        return uvicorn.Config(
            self._parts.protocol.app,
            http=protocol,  # type: ignore[arg-type]  # a factory serves as well as a class
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=int(self._parts.drain_s),
        )

    def start(self) -> None:
        """Returns when connections are accepted."""
        self._thread.start()
        self._is_listening.wait()

    def join(self) -> None:
        self._thread.join()

    def stop(self) -> None:
        """Drains; a second time: at once."""
        if self._stop_by_s is not None:
            self._stop_by_s = self.loop.time()
            self._uvicorn.force_exit = True
            self._close()
            self._idle.set()
            return
        delay_s = self._parts.drain_delay_s
        waiting = len(self._parts.dispatcher.in_flight)
        if waiting:
            logger.info(
                "Stopping: %s accepted calls are answered first, within %s s; a second signal stops at once.",
                waiting,
                self._parts.drain_s,
            )
        self._stop_by_s = self.loop.time() + delay_s + self._parts.drain_s
        self._parts.dispatcher.drain(self._idle.set)
        if delay_s:
            logger.info("Stopping: connections are taken for %s s more.", delay_s)
            self.loop.call_later(delay_s, self._close)
        else:
            self._close()

    def _close(self) -> None:
        self._uvicorn.should_exit = True

    def stop_at_once(self) -> None:
        self.stop()
        self.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        is_clean = self.loop.run_until_complete(self._serve())
        self._on_stopped(is_clean)
        self.loop.close()

    async def _serve(self) -> bool:
        """Serves until stopped; False when calls had to be given up."""
        connections: Any = self._uvicorn.server_state.connections
        sweeper = Sweeper(self.loop, connections)
        self._pump()
        admin = self._start_admin()
        await self._uvicorn.serve(sockets=self._listeners)
        if admin is not None:
            admin.cancel()
        is_clean = await self._drained()
        sweeper.stop()
        return is_clean

    def _start_admin(self) -> asyncio.Task[None] | None:
        if self._admin is None:
            return None
        app, listener = self._admin
        config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False)
        return self.loop.create_task(uvicorn.Server(config).serve(sockets=[listener]))

    async def _drained(self) -> bool:
        dispatcher = self._parts.dispatcher
        self._idle.clear()
        dispatcher.drain(self._idle.set)
        remaining_s = max(0.0, (self._stop_by_s or 0.0) - self.loop.time())
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._idle.wait(), remaining_s)
        if dispatcher.is_idle:
            return True
        dispatcher.abandon_all()
        await asyncio.sleep(FLUSH_S)
        return False

    def _pump(self) -> None:
        """Log lines that could not be written at once go out as soon as somebody reads."""
        for output in self._parts.outputs:
            output.pump()
        self.loop.call_later(PUMP_INTERVAL_S, self._pump)
