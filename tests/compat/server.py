"""A server process under comparison: started in a folder with a clean environment, asked, stopped, read."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from tests.compat.case import Request, Setup
from tests.compat.wire import Answer, exchange

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0
PROBE_INTERVAL_S = 0.03
PROBE = Request("GET", "/").encode()
# Nothing of the caller's environment may reach one of the servers and change its settings.
BASE_ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Server:
    """One peer serving one setup; leaving the `with` block kills whatever is left of it."""

    def __init__(self, command: tuple[str, ...], setup: Setup, folder: Path) -> None:
        self.port, self._health_port = free_ports(2)
        self._home = tempfile.TemporaryDirectory(prefix="compat-home-")
        self._output = Path(self._home.name, "output.log")
        entry = ("--entry_script", setup.entry) if setup.entry is not None else ()
        extra = tuple(argument.format(health_port=self._health_port) for argument in setup.arguments)
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                (*command, *entry, "--port", str(self.port), *extra),
                cwd=folder,
                env={**BASE_ENVIRONMENT, "HOME": self._home.name, **setup.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._home.cleanup()

    def wait_until_ready(self) -> bool:
        """Whether the health route came to answer 200; False as soon as the process has ended."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self.wait(PROBE_INTERVAL_S) is None:
            if self._answers():
                return True
        return False

    def _answers(self) -> bool:
        try:
            return exchange(self.port, PROBE, "GET").status == 200
        except OSError:
            return False

    def ask(self, request: Request) -> Answer:
        """The answer to one request."""
        port = self._health_port if request.to_health_port else self.port
        return exchange(port, request.encode(), request.method)

    def stop(self) -> int | None:
        """The exit code after SIGTERM, None if it does not obey."""
        self._process.send_signal(signal.SIGTERM)
        return self.wait(STOP_TIMEOUT_S)

    def wait(self, timeout_s: float = START_TIMEOUT_S) -> int | None:
        """The exit code, None if the process lives on."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def output(self) -> str:
        """Everything written to stdout and stderr up to now."""
        return self._output.read_text(errors="replace")


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on, all different."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
