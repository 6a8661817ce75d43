"""Load by wrk: keep-alive connections, one thread, held to its core, every answer 2xx or the run does not count."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import Request
from benchmarks.serving import ANSWER_TIMEOUT_S, LOOPBACK
from benchmarks.unmeasured import Unmeasured

SCRIPT = Path(__file__).parent / "post.lua"
TOOLS = {"wrk": "apt-get install wrk (or brew install wrk)", "taskset": "apt-get install util-linux (Linux only)"}
SLACK_S = 30


@dataclass(frozen=True)
class Load:
    """So many connections for so many seconds, sent from these cores; `niceness` 19 yields to whoever else is there."""

    clients: int
    seconds: int
    cores: str
    niceness: int = 0


@dataclass(frozen=True)
class Measurement:
    """What one run gave."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float


def require_tools() -> None:
    """End with the remedy if a program is missing."""
    for tool, remedy in TOOLS.items():
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is needed to measure and is not installed. Install it: {remedy}.")


def measure(port: int, request: Request, load: Load) -> Measurement:
    """Post the request from all connections until the time is up."""
    with posting(port, request, load) as wrk:
        return result(wrk, load)


@contextmanager
def posting(port: int, request: Request, load: Load) -> Iterator[subprocess.Popen[str]]:
    """The same beside something else: wrk is at work inside the `with`."""
    with tempfile.NamedTemporaryFile("w", suffix=".body") as body:
        body.write(request.body)
        body.flush()
        command = ["nice", "-n", str(load.niceness), "taskset", "--cpu-list", load.cores]
        command += [
            "wrk",
            "--threads",
            "1",
            "--timeout",
            f"{ANSWER_TIMEOUT_S:.0f}s",
            "--connections",
            str(load.clients),
        ]
        command += ["--duration", f"{load.seconds}s", "--script", str(SCRIPT)]
        command += [f"http://{LOOPBACK}:{port}{request.path}", "--", body.name, request.content_type]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as wrk:
            try:
                yield wrk
            finally:
                wrk.kill()


def result(wrk: subprocess.Popen[str], load: Load) -> Measurement:
    """Wait for the end of a run and read its figures."""
    output, _ = wrk.communicate(timeout=load.seconds + SLACK_S)
    if wrk.returncode:
        raise Unmeasured(f"wrk ended with code {wrk.returncode}: {output.strip()}")
    found = json.loads(output.strip().splitlines()[-1])
    if found["requests"] == 0 or found["bad_answers"] or found["broken_connections"]:
        raise Unmeasured(f"fails requests under load: {found}")
    return Measurement(found["requests"] / (found["duration_us"] / 1e6), found["p50_us"] / 1e3, found["p99_us"] / 1e3)


def wrk_version() -> str:
    """How wrk calls itself."""
    shown = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False, timeout=SLACK_S)
    return shown.stdout.split(" [")[0].strip()
