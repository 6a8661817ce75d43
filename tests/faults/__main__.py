"""`python -m tests.faults [PROOF ...]`: the long form of the proofs; exit code 1 if any of them found a fault."""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Iterator

from scoring_runtime.http.deadlines import HEAD_S
from tests.faults import aborted_calls, drains, idling, interleavings, killed_workers, slow_connections

MAX_P99_RATIO = 1.5
MAX_IDLE_SHARE = 0.01
SIEGE_ROUNDS = 7
IDLE_WINDOW_S = 30.0
RUNNERS: dict[str, tuple[str, ...]] = {"threads": (), "workers": ("--workers", "2")}

Shown = tuple[str, bool]
"""What one run of a proof says, and whether it holds."""


def calls(options: argparse.Namespace) -> Iterator[Shown]:
    for name, runner in RUNNERS.items():
        findings = aborted_calls.prove(options.calls, options.seed, *runner)
        yield f"{name}:\n{findings}", not findings


def kills(options: argparse.Namespace) -> Iterator[Shown]:
    for name, more in {"alone": (), "merged": ("--max-batch-rows", "64")}.items():
        findings = killed_workers.prove(options.kills, options.seed, *more)
        yield f"{name}:\n{findings}", not findings


def stops(options: argparse.Namespace) -> Iterator[Shown]:
    for name, runner in RUNNERS.items():
        for findings in drains.prove_drains(options.stops, *runner):
            yield f"{name}:\n{findings}", not findings


def reloads(options: argparse.Namespace) -> Iterator[Shown]:
    for name, runner in RUNNERS.items():
        findings = drains.prove_reloads(options.reloads, *runner)
        yield f"{name}:\n{findings}", not findings


def slow(options: argparse.Namespace) -> Iterator[Shown]:
    siege = slow_connections.prove(options.slow_connections, HEAD_S, SIEGE_ROUNDS)
    yield f"{siege.findings}\n{siege.rounds}", not siege.findings
    yield f"p99 beside slow connections: {siege.p99_ratio:.2f} times that without", siege.p99_ratio <= MAX_P99_RATIO


def idle(options: argparse.Namespace) -> Iterator[Shown]:
    for name, runner in RUNNERS.items():
        share = idling.idle_share(IDLE_WINDOW_S, *runner)
        yield f"{name}: {share:.2%} of a core", share < MAX_IDLE_SHARE


def orders(options: argparse.Namespace) -> Iterator[Shown]:
    interleavings.prove(options.walks)
    yield f"{options.walks} random walks through the engine", True


PROOFS: dict[str, Callable[[argparse.Namespace], Iterator[Shown]]] = {
    "calls": calls,
    "kills": kills,
    "stops": stops,
    "reloads": reloads,
    "slow": slow,
    "idle": idle,
    "orders": orders,
}


def main() -> int:
    """Runs the proofs that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("proofs", nargs="*", metavar="PROOF", help=", ".join(PROOFS))
    parser.add_argument("--calls", type=int, default=100_000, help="batched calls, some of them aborted")
    parser.add_argument("--kills", type=int, default=100, help="workers to kill")
    parser.add_argument("--stops", type=int, default=20, help="servers to stop")
    parser.add_argument("--reloads", type=int, default=20, help="reloads of one server")
    parser.add_argument("--slow-connections", type=int, default=1000, help="slow connections at once")
    parser.add_argument("--walks", type=int, default=5000, help="orders of steps to try on a clock of the test's own")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random")
    options = parser.parse_args()
    if unknown := set(options.proofs) - set(PROOFS):
        parser.error(f"there is no proof {', '.join(unknown)}; choose from {', '.join(PROOFS)}")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    shown = [_is_shown(name, options) for name in options.proofs or PROOFS]
    return 0 if all(shown) else 1


def _is_shown(name: str, options: argparse.Namespace) -> bool:
    """Runs one proof and prints what it says."""
    begun_s = time.monotonic()
    holds = []
    for text, does_hold in PROOFS[name](options):
        print(f"{name}, {text}\n{'holds' if does_hold else 'DOES NOT HOLD'}\n", flush=True)
        holds.append(does_hold)
    print(f"{name}: {time.monotonic() - begun_s:.0f} s\n", flush=True)
    return all(holds)


if __name__ == "__main__":
    raise SystemExit(main())
