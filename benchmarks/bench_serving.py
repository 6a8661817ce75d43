"""This server and its peers at the same work: how many requests a second, how fast, how soon, in how much memory."""

from __future__ import annotations

import argparse
import datetime
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

import scoring_runtime
from benchmarks import nginx, results
from benchmarks.environments import ENVIRONMENTS, Peer, interpreter, same_libraries
from benchmarks.figures import LOAD_CORE, SERVER_CORE, WARM_UP_S
from benchmarks.load import require_tools, wrk_version
from benchmarks.results import Result
from benchmarks.rounds import Figures, Row, alternate
from benchmarks.servers import NGINX, PEERS, Server
from benchmarks.unmeasured import Unmeasured
from benchmarks.workloads import WORKLOADS, Workload


@dataclass(frozen=True)
class Begun:
    """When the benchmark began, and how busy the machine was with other things."""

    at_s: float
    load_average: float


def build(peers: Sequence[Peer]) -> dict[Peer, str]:
    """Build the environments that are missing; the reasons of those that cannot be."""
    reasons = {}
    for peer in peers:
        try:
            peer.programs()
        except Unmeasured as reason:
            reasons[peer] = str(reason)
            print(f"{peer.name}: {reason}", flush=True)
    return reasons


def run(workload: Workload, options: argparse.Namespace, reasons: dict[Peer, str]) -> Result:
    """A row for every server of the chosen peers, measured or with the reason why not."""
    chosen = [server for server in workload.servers if server.peer.name in options.peers]
    ready = [server for server in chosen if server.peer not in reasons]

    def measure(server: Server) -> Figures:
        return workload.measure(server, options.seconds)

    measured = {row.server: row for row in alternate(ready, options.runs, measure, workload.key)}
    missing = {
        server.name: Row(server.name, failures=[reasons[server.peer]]) for server in chosen if server not in ready
    }
    return Result(workload, [(measured | missing)[server.name] for server in chosen])


def facts(options: argparse.Namespace, reasons: dict[Peer, str], begun: Begun) -> dict[str, str]:
    """Where, when and how the figures came about."""
    requirements = [requirement for peer in PEERS if peer.name in options.peers for requirement in peer.requirements]
    versions = [*requirements, f"scoring_runtime=={scoring_runtime.__version__}", *same_libraries()]
    if NGINX.name in options.peers and NGINX not in reasons:
        versions.append(nginx.version(NGINX.programs()))
    return {
        "machine": f"{results.machine()}; server on core {SERVER_CORE}, load on core {LOAD_CORE}; "
        f"load average before: {begun.load_average:.2f}",
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "versions": f"{interpreter()}, {', '.join(versions)}; {wrk_version()}",
        "method": f"medians of {options.runs} alternating runs of {options.seconds} s after {WARM_UP_S} s of warm-up, "
        "each with a freshly started server; ratio: the first figure over that of the table's first row; "
        f"{(time.monotonic() - begun.at_s) / 60:.0f} minutes in all",
    }


def arguments() -> argparse.Namespace:
    """The command line."""
    keys, names = [workload.key for workload in WORKLOADS], [peer.name for peer in PEERS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_serving", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each server and workload (default: 5)")
    parser.add_argument("--seconds", type=int, default=4, help="length of a run under load (default: 4)")
    parser.add_argument("--only", nargs="+", choices=keys, default=keys, metavar="WORKLOAD", help=", ".join(keys))
    parser.add_argument("--peers", type=lambda text: text.split(","), default=names, help=",".join(names))
    parser.add_argument("--print", action="store_true", help="print the tables and leave README.md as it is")
    options = parser.parse_args()
    unknown = set(options.peers) - set(names)
    if unknown:
        parser.error(f"unknown peers: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    options.is_whole = options.only == keys and options.peers == names
    return options


def main() -> None:
    """Measure, print the tables, and write them if nothing was left out."""
    options, begun = arguments(), Begun(time.monotonic(), os.getloadavg()[0])
    require_tools()
    ENVIRONMENTS.mkdir(exist_ok=True)
    workloads = [workload for workload in WORKLOADS if workload.key in options.only]
    used = {server.peer for workload in workloads for server in workload.servers}
    reasons = build([peer for peer in PEERS if peer in used and peer.name in options.peers])
    measured = [run(workload, options, reasons) for workload in workloads]
    text = results.render(measured, facts(options, reasons, begun))
    print(f"\n{text}")
    if options.is_whole and not options.print:
        results.write(text)


if __name__ == "__main__":
    main()
