"""A real server process for tests: `python -m scoring_runtime` on a port of its own.

The child gets a small environment (none of the caller's AML_* or SERVER_* names reach it), its output goes to
files, and `with` returns once `wait_for` answers 200, or raises with the log when the child ends before that.
Ports lie below the kernel's ephemeral range: a client that polls a port inside it can connect to itself.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
PORT_RANGE = (20_000, 32_000)
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
ANSWER_TIMEOUT_S = 30.0
POLL_INTERVAL_S = 0.02
INHERITED_NAMES = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `headers` looks names up in any case and `get_all` returns repeated ones."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """The body parsed as JSON."""
        return json.loads(self.body)


class ServerProcess:
    """A running server: `with ServerProcess(script, "--threads", "2", env={...}) as server: ...`.

    `script` may be None (then environment, config file or main.py name it); `wait_for` is the path that must
    answer 200 before `with` returns; `command` is what goes before the script.
    """

    process: subprocess.Popen[bytes]

    def __init__(
        self,
        script: str | os.PathLike[str] | None,
        *args: str,
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        wait_for: str = "/health/ready",
        command: Sequence[str] = (sys.executable, "-m", "scoring_runtime"),
    ) -> None:
        self.port = free_port()
        named = [] if script is None else [os.fspath(script)]
        self._command = [*command, *named, "--port", str(self.port), *args]
        self._env = clean_environment(env)
        self._cwd = cwd
        self._wait_for = wait_for
        self._folder = tempfile.TemporaryDirectory(prefix="server-process-", ignore_cleanup_errors=True)
        self._kept: tuple[str, str] | None = None

    def __enter__(self) -> ServerProcess:
        with open(self._path("stdout"), "wb") as stdout, open(self._path("stderr"), "wb") as stderr:
            self.process = subprocess.Popen(
                self._command,
                cwd=self._cwd,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
        try:
            self.wait_until_ok(self._wait_for)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._end()

    def request(
        self,
        method: str,
        target: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request on a connection of its own."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=ANSWER_TIMEOUT_S)
        try:
            data = body.encode() if isinstance(body, str) else body
            connection.request(method, target, data, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def raw(self, data: bytes) -> bytes:
        """Send these very bytes and return all that comes until the server closes the connection."""
        received = bytearray()
        with (
            socket.create_connection((LOOPBACK, self.port), timeout=ANSWER_TIMEOUT_S) as connection,
            contextlib.suppress(BrokenPipeError, ConnectionResetError),
        ):
            connection.sendall(data)
            while chunk := connection.recv(65536):
                received += chunk
        return bytes(received)

    def wait_until_ok(self, target: str) -> None:
        """Return once GET `target` answers 200; a process that ends or takes too long fails the test."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers_ok(target):
            ended = has_ended(self.process, within_s=POLL_INTERVAL_S)
            assert not ended, f"the server exited with {self.process.returncode}\n{self.log()}"
            assert time.monotonic() < deadline, f"{target} not 200 in time\n{self.log()}"

    def stop(self) -> int:
        """SIGTERM, then the exit code; a process that outlives the bound is killed and fails the test."""
        self.process.terminate()
        try:
            return self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"SIGTERM not obeyed within {STOP_TIMEOUT_S} s\n{self.log()}") from None

    def stdout(self) -> str:
        """What the process has written on stdout so far."""
        return self._kept[0] if self._kept else self._path("stdout").read_text("utf-8", "replace")

    def stderr(self) -> str:
        """What the process has written on stderr so far."""
        return self._kept[1] if self._kept else self._path("stderr").read_text("utf-8", "replace")

    def log(self) -> str:
        """Stdout, then stderr; still there after the `with` block."""
        return self.stdout() + self.stderr()

    def _path(self, stream: str) -> Path:
        return Path(self._folder.name, stream)

    def _answers_ok(self, target: str) -> bool:
        try:
            return self.request("GET", target).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def _end(self) -> None:
        """Stop a process that still runs, and keep its output after the files have gone."""
        try:
            if self.process.poll() is None:
                self.stop()
        finally:
            self._kept = (self.stdout(), self.stderr())
            self._folder.cleanup()


def has_ended(process: subprocess.Popen[bytes], within_s: float) -> bool:
    """True as soon as the process has ended, False after `within_s` of a running one."""
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The few inherited names that a Python process needs, and `extra`."""
    inherited = {name: os.environ[name] for name in INHERITED_NAMES if name in os.environ}
    return {**inherited, **(extra or {})}


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    while True:
        port = random.randrange(*PORT_RANGE)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port
