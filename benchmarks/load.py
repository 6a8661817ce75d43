"""Load by wrk: keep-alive connections, one thread, held to one core, a measurement per run."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SCRIPT = Path(__file__).parent / "post.lua"
TOOLS = {"wrk": "apt-get install wrk (or brew install wrk)", "taskset": "apt-get install util-linux (Linux only)"}
SLACK_S = 30


@dataclass(frozen=True)
class Measurement:
    """What one run gave, or the medians of several."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float


def require_tools() -> None:
    """End with the remedy if a program is missing."""
    for tool, remedy in TOOLS.items():
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is needed to measure and is not installed. Install it: {remedy}.")


def measure(url: str, body: str, content_type: str, *, clients: int, seconds: int, core: int) -> Measurement:
    """Post `body` from `clients` connections for some seconds; every answer must be 2xx."""
    command = ["taskset", "--cpu-list", str(core), "wrk", "--threads", "1", "--connections", str(clients)]
    command += ["--duration", f"{seconds}s", "--script", str(SCRIPT), url, "--", body, content_type]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + SLACK_S)
    found = json.loads(run.stdout.strip().splitlines()[-1])
    if found["requests"] == 0 or found["bad_answers"] or found["broken_connections"]:
        raise SystemExit(f"A measurement of {url} is not valid, some requests failed: {found}")
    seconds_taken = found["duration_us"] / 1e6
    return Measurement(found["requests"] / seconds_taken, found["p50_us"] / 1e3, found["p99_us"] / 1e3)


def medians(runs: Sequence[Measurement]) -> Measurement:
    """The median of each figure."""
    return Measurement(
        median(run.requests_per_s for run in runs),
        median(run.p50_ms for run in runs),
        median(run.p99_ms for run in runs),
    )


def wrk_version() -> str:
    """How wrk calls itself."""
    shown = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False, timeout=SLACK_S)
    return shown.stdout.split(" [")[0].strip()
