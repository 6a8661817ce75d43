"""A server under measurement, held to its cores, its output in a file; and single requests to it."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import math
import os
import random
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks import processes
from benchmarks.environments import ENVIRONMENTS
from benchmarks.servers import PORT_STEP, Request, Server
from benchmarks.unmeasured import Unmeasured

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 15.0
ANSWER_TIMEOUT_S = 20.0
PROBE_INTERVAL_S = 0.002
TOLERANCE = 1e-9
INHERITED_NAMES = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")
SILENT = {"BENTOML_DO_NOT_TRACK": "True", "RAY_USAGE_STATS_ENABLED": "0"}
# Below the ports that the kernel gives to clients: a client that polls one of those can connect to itself.
PORTS = range(5200, 5200 + PORT_STEP)
_next_port = itertools.cycle(random.sample(PORTS, len(PORTS)))


@dataclass(frozen=True)
class Running:
    """A server that is healthy: its port, its process, when it was started and how long it took."""

    port: int
    pid: int
    started_s: float
    healthy_after_s: float


@contextmanager
def serving(server: Server, cores: str) -> Iterator[Running]:
    """Start a server on some cores ("0", "0,1"), wait until it is healthy; end all it started whatever happens."""
    port, log = free_port(), ENVIRONMENTS / f"{server.name.split(' (')[0]}.log".replace(" ", "_")
    command = ["taskset", "--cpu-list", cores, *server.command(server.peer.programs(), port)]
    with log.open("wb") as output:
        started_s = time.monotonic()
        process = subprocess.Popen(
            command, env=_variables(), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_healthy(process, port, server.health)
        yield Running(port, process.pid, started_s, time.monotonic() - started_s)
    finally:
        _end(process)


def _variables() -> dict[str, str]:
    """None of the caller's settings reach a server, and no server reports its use to its makers."""
    inherited = {name: os.environ[name] for name in INHERITED_NAMES if name in os.environ}
    return {**inherited, **SILENT, "BENTOML_HOME": str(ENVIRONMENTS / "bentoml-home")}


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if ask(port, "GET", path)[0] == 200:
                return
        if process.poll() is not None:
            raise Unmeasured(f"ended with code {process.returncode} instead of starting")
        time.sleep(PROBE_INTERVAL_S)
    raise Unmeasured(f"was not healthy within {START_TIMEOUT_S:.0f} s")


def _end(process: subprocess.Popen[bytes]) -> None:
    everyone = processes.tree(process.pid)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_TIMEOUT_S)
    processes.kill(everyone)
    process.wait()


def check(port: int, request: Request) -> None:
    """Raises Unmeasured unless the request is answered as it should be."""
    status, text = ask(port, "POST", request.path, request.body.encode(), request.content_type)
    if status != 200 or not _is_right(request.find(json.loads(text)), request.answer):
        raise Unmeasured(f"answers wrongly: {status} {text[:200]!r}")


def _is_right(answer: object, expected: object) -> bool:
    if isinstance(answer, list) and isinstance(expected, list) and len(answer) == len(expected):
        return all(math.isclose(*pair, rel_tol=TOLERANCE) for pair in zip(answer, expected, strict=True))
    return answer == expected


def ask(port: int, method: str, path: str, body: bytes = b"", content_type: str = "") -> tuple[int, bytes]:
    """One request on a connection of its own: status and body of the answer."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWER_TIMEOUT_S)
    with contextlib.closing(connection):
        connection.request(method, path, body, {"Content-Type": content_type} if content_type else {})
        answer = connection.getresponse()
        return answer.status, answer.read()


def free_port() -> int:
    """A loopback port that nobody listens on, a different one each time."""
    for port in _next_port:
        with contextlib.suppress(OSError), socket.create_server((LOOPBACK, port)):
            return port
    raise AssertionError("the ports go round for ever")
