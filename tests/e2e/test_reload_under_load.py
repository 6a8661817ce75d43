"""Reloads while clients ask without a pause on connections that they keep: no request fails."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.reloading import PATIENCE_S, POLL_S, Script, hang_up
from tests.process import LOOPBACK, ServerProcess

CLIENTS = 8
LOAD_S = 1.0


class Client(threading.Thread):
    """Asks on one connection until it is told to stop; `failures` is what was no right answer."""

    def __init__(self, server: ServerProcess, is_over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._port = server.port
        self._is_over = is_over
        self.failures: list[str] = []
        self.versions: set[int] = set()

    def run(self) -> None:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=PATIENCE_S)
        while not self._is_over.is_set():
            try:
                connection.request("POST", "/score", "x")
                socket_before = connection.sock
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200 or connection.sock is not socket_before:
                    self.failures.append(f"{answer.status} {body!r}")
                else:
                    self.versions.add(int(body))
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failures.append(repr(error))
        connection.close()


@contextmanager
def load(server: ServerProcess) -> Iterator[list[Client]]:
    """Clients that keep their connections."""
    is_over = threading.Event()
    clients = [Client(server, is_over) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    yield clients
    is_over.set()
    for client in clients:
        client.join(PATIENCE_S)
        assert not client.is_alive()


@pytest.mark.parametrize("options", [(), ("--threads", "3")], ids=["one thread", "three threads"])
def test_under_load_no_request_fails(tmp_path: Path, options: tuple[str, ...]) -> None:
    script = Script(tmp_path)
    source = "def init(): pass\ndef run(data): return {version}\n"
    script.write(source.format(version=1))
    with ServerProcess(script.path, *options) as server, load(server) as clients:
        begun_s, version = time.monotonic(), 1
        while time.monotonic() - begun_s < LOAD_S or version < 3:
            version += 1
            script.write(source.format(version=version))
            hang_up(server)
            deadline_s = time.monotonic() + PATIENCE_S
            while any(version not in client.versions for client in clients):
                assert time.monotonic() < deadline_s, server.log()
                time.sleep(POLL_S)
    assert [failure for client in clients for failure in client.failures] == []
    assert all(client.versions == set(range(1, version + 1)) for client in clients)
