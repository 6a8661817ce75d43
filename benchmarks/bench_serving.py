"""How many requests a second, and how fast: this server and its peers at the same scripts, one core each.

All servers of a workload are up at once and idle but for the one that is measured; the runs alternate between
them, so that a slow moment of the machine hits each alike. Answers are checked before and during the load.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import math
import platform
from dataclasses import dataclass
from pathlib import Path

import scoring_runtime
from benchmarks import results
from benchmarks.load import Measurement, measure, medians, require_tools, wrk_version
from benchmarks.peers import AZUREML, ENVIRONMENTS, SCORING_RUNTIME, SHARED, Peer
from benchmarks.results import Row
from benchmarks.serving import ask, free_port, serving

SCRIPTS = Path(__file__).parent / "scripts"
SERVER_CORE, LOAD_CORE = 0, 1
ROWS = [[59.0, 2.0, 32.1, 101.0, 157.0, 93.2, 38.0, 4.0, 4.8598, 87.0]] * 2
RIDGE_ANSWER = [205.59094435613122] * 2
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Variant:
    """A peer with options."""

    peer: Peer
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return " ".join((self.peer.name, *self.options))


@dataclass(frozen=True)
class Workload:
    """A script, the request that is sent to it, the answer that is right, and who is measured."""

    name: str
    script: str
    body: str
    content_type: str
    answer: object
    variants: tuple[Variant, ...]


WORKLOADS = (
    Workload("no-op", "noop.py", "x", "text/plain", "x", (Variant(AZUREML), Variant(SCORING_RUNTIME))),
    Workload(
        "Ridge, 2 rows x 10",
        "ridge.py",
        json.dumps({"data": ROWS}),
        "application/json",
        RIDGE_ANSWER,
        (Variant(AZUREML), Variant(SCORING_RUNTIME), Variant(SCORING_RUNTIME, ("--max-batch-rows", "64"))),
    ),
)


def run_workload(workload: Workload, options: argparse.Namespace) -> list[Row]:
    """The medians of every variant."""
    with contextlib.ExitStack() as stack:
        ports = {variant: _start(stack, workload, variant) for variant in workload.variants}
        runs: dict[Variant, list[Measurement]] = {variant: [] for variant in ports}
        for _ in range(options.runs):
            for variant, port in ports.items():
                runs[variant].append(_measure(workload, port, options))
                print(f"{workload.name:<20}{variant.name:<40}{runs[variant][-1].requests_per_s:>10,.0f}/s", flush=True)
        for port in ports.values():
            _check(workload, port)
    return [Row(workload.name, variant.name, medians(runs[variant])) for variant in ports]


def _start(stack: contextlib.ExitStack, workload: Workload, variant: Variant) -> int:
    port = free_port()
    command = variant.peer.command(variant.peer.environment(), SCRIPTS / workload.script, port)
    log = ENVIRONMENTS / f"{workload.script}-{variant.name}.log".replace(" ", "_")
    log.parent.mkdir(exist_ok=True)
    stack.enter_context(serving((*command, *variant.options), port, SERVER_CORE, log))
    _check(workload, port)
    return port


def _check(workload: Workload, port: int) -> None:
    status, body = ask(port, "POST", "/score", workload.body.encode(), workload.content_type)
    if status != 200 or not _is_right(json.loads(body), workload.answer):
        raise SystemExit(f"{workload.name} is answered wrongly, there is nothing to measure: {status} {body!r}")


def _is_right(answer: object, expected: object) -> bool:
    if isinstance(answer, list) and isinstance(expected, list):
        return all(math.isclose(*pair, rel_tol=TOLERANCE) for pair in zip(answer, expected, strict=True))
    return answer == expected


def _measure(workload: Workload, port: int, options: argparse.Namespace) -> Measurement:
    url = f"http://127.0.0.1:{port}/score"
    load = {"clients": options.clients, "seconds": options.seconds, "core": LOAD_CORE}
    return measure(url, workload.body, workload.content_type, **load)


def facts(options: argparse.Namespace) -> dict[str, str]:
    """Where, when and how the figures came about."""
    versions = (*AZUREML.requirements, f"scoring_runtime=={scoring_runtime.__version__}", *SHARED)
    return {
        "machine": f"{results.machine()}; server on core {SERVER_CORE}, load on core {LOAD_CORE}",
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "versions": f"Python {platform.python_version()}, {', '.join(versions)}; {wrk_version()}",
        "method": f"medians of {options.runs} alternating runs of {options.seconds} s with {options.clients} clients; "
        "ratio: requests/s over those of the workload's first row",
    }


def main() -> None:
    """Measure every workload and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_serving", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each server and workload")
    parser.add_argument("--seconds", type=int, default=5, help="length of a run")
    parser.add_argument("--clients", type=int, default=16, help="keep-alive connections")
    parser.add_argument("--print", action="store_true", help="print the table and leave README.md as it is")
    options = parser.parse_args()
    require_tools()
    rows = [row for workload in WORKLOADS for row in run_workload(workload, options)]
    text = results.render(rows, facts(options))
    print(f"\n{text}")
    if not options.print:
        results.write(text)


if __name__ == "__main__":
    main()
