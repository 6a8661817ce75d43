"""A stop leaves no client behind whose connection the kernel has taken."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
import uvloop

from scoring_runtime.server.front_end import _Uvicorn
from scoring_runtime.server.sockets import listen
from tests.process import LOOPBACK, free_port

CLIENTS = 5
WAIT_S = 10.0


class Greeting(asyncio.Protocol):
    """Answers whatever comes, and closes."""

    def __init__(self, server_state: Any, **others: Any) -> None:
        self._connections = server_state.connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"hello " + data)
        self._transport.close()

    def shutdown(self) -> None:
        """It closes after its answer."""


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Never asked."""


def received(client: socket.socket) -> bytes:
    parts = []
    while part := client.recv(4096):
        parts.append(part)
    return b"".join(parts)


async def stopped_with_clients() -> list[bytes]:
    """What clients get that have connected and asked, when the loop first hears of them while it stops."""
    listener = listen(LOOPBACK, port := free_port())
    http: Any = Greeting
    config = uvicorn.Config(application, http=http, lifespan="off", log_config=None, timeout_graceful_shutdown=10)
    server = _Uvicorn(config, lambda: None)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup([listener])
    clients = [socket.create_connection((LOOPBACK, port), WAIT_S) for _ in range(CLIENTS)]
    for number, client in enumerate(clients):
        client.sendall(b"%d" % number)
    await server.shutdown([listener])
    answers = [await asyncio.to_thread(received, client) for client in clients]
    for client in clients:
        client.close()
    return answers


@pytest.mark.parametrize("make_loop", [uvloop.new_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def test_clients_in_the_kernels_queue_are_answered(make_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    loop = make_loop()
    answers = loop.run_until_complete(stopped_with_clients())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert answers == [b"hello %d" % number for number in range(CLIENTS)]
