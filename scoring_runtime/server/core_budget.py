"""How many cores the server may use, and how many threads numeric libraries start with accordingly.

Left alone, each library starts a thread per core of the machine, in each process, whatever a container's limit
says; the kernel then stops them all for most of each period. The libraries read these variables when they are
loaded, so they are set before numpy or the script is imported. What the user has set stays, and stays in force: most
libraries look at OMP_NUM_THREADS when their own name is absent, so with that one set by the user theirs are left out.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass

from scoring_runtime.server.cgroup import cpu_limit

OPENMP = "OMP_NUM_THREADS"
# These override OMP_NUM_THREADS, and follow it when they are absent.
FOLLOWERS = ("MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
# Accelerate (macOS), TensorFlow, Numba, Polars, and Rust libraries such as tokenizers.
OTHERS = (
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
)
NAMES = (OPENMP, *FOLLOWERS, *OTHERS)


@dataclass(frozen=True, slots=True)
class CoreBudget:
    """So many cores, not always a whole number, and why."""

    cores: float
    reason: str


def core_budget() -> CoreBudget:
    """The budget of this process."""
    count = os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else count
    limit = cpu_limit()
    return decide(count, allowed, limit.cores if limit else None)


def decide(count: int, allowed: int, limit_cores: float | None) -> CoreBudget:
    """The least of the machine's `count` of cores, those `allowed` by affinity, and the cgroup's limit."""
    if limit_cores is not None and limit_cores < allowed:
        return CoreBudget(limit_cores, f"cgroup CPU limit: {limit_cores:.4g} of {count}")
    if allowed < count:
        return CoreBudget(allowed, f"CPU affinity: {allowed} of {count}")
    return CoreBudget(count, "all of the machine")


def library_threads(budget: CoreBudget, processes: int, threads: int) -> int:
    """What each of so many runners (`threads` of them in each process) may start: its share, at least 1."""
    return max(1, int(budget.cores / (processes * threads)))


def exported(library_threads: int, given: Collection[str]) -> dict[str, str]:
    """The variables to set where the names `given` are set already."""
    absent = [name for name in NAMES if name not in given and not (name in FOLLOWERS and OPENMP in given)]
    return dict.fromkeys(absent, str(library_threads))


def budget_line(budget: CoreBudget, library_threads: int, given: Collection[str]) -> str:
    """What is said at start; `given` are the names that were set before `exported` was applied."""
    start = f"Core budget: {_counted(budget.cores, 'core')} ({budget.reason}); numeric libraries use"
    kept = ", ".join(name for name in NAMES if name in given)
    if OPENMP in given:
        return f"{start} as many threads as was set ({kept})."
    threads = _counted(library_threads, "thread")
    exception = f"; kept as set: {kept}" if kept else "; set them to override"
    return f"{start} {threads} ({OPENMP} and others{exception})."


def _counted(number: float, noun: str) -> str:
    return f"{number:.4g} {noun}" if number == 1 else f"{number:.4g} {noun}s"
