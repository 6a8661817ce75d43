"""How many cores there are to use, and what numeric libraries are told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from scoring_runtime.server.core_budget import (
    FOLLOWERS,
    NAMES,
    CoreBudget,
    budget_line,
    decide,
    exported,
    library_threads,
)
from tests.process import clean_environment

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("count", "allowed", "limit", "budget"),
    [
        (8, 8, None, CoreBudget(8, "all of the machine")),
        (8, 8, 8.0, CoreBudget(8, "all of the machine")),
        (8, 8, 16.0, CoreBudget(8, "all of the machine")),
        (64, 2, None, CoreBudget(2, "CPU affinity: 2 of 64")),
        (64, 2, 3.5, CoreBudget(2, "CPU affinity: 2 of 64")),
        (64, 2, 1.5, CoreBudget(1.5, "cgroup CPU limit: 1.5 of 64")),
        (2, 2, 0.1, CoreBudget(0.1, "cgroup CPU limit: 0.1 of 2")),
    ],
)
def test_the_least_decides(count: int, allowed: int, limit: float | None, budget: CoreBudget) -> None:
    assert decide(count, allowed, limit) == budget


@pytest.mark.parametrize(
    ("cores", "processes", "threads", "share"),
    [(8, 1, 1, 8), (8, 2, 1, 4), (8, 2, 3, 1), (7.9, 1, 2, 3), (1.5, 1, 1, 1), (0.2, 1, 1, 1), (2, 4, 1, 1)],
)
def test_runners_share_the_budget(cores: float, processes: int, threads: int, share: int) -> None:
    assert library_threads(CoreBudget(cores, ""), processes, threads) == share


def test_all_names_are_set() -> None:
    assert exported(2, {}) == dict.fromkeys(NAMES, "2")


def test_what_the_user_has_set_stays() -> None:
    assert exported(2, {"MKL_NUM_THREADS", "PATH"}) == {name: "2" for name in NAMES if name != "MKL_NUM_THREADS"}


def test_libraries_that_follow_openmp_follow_the_users() -> None:
    left = set(exported(2, {"OMP_NUM_THREADS"}))
    assert left == set(NAMES) - {"OMP_NUM_THREADS", *FOLLOWERS}


@pytest.mark.parametrize(
    ("budget", "threads", "given", "line"),
    [
        (
            CoreBudget(2, "CPU affinity: 2 of 64"),
            2,
            ["PATH"],
            "Core budget: 2 cores (CPU affinity: 2 of 64); numeric libraries use 2 threads "
            "(OMP_NUM_THREADS and others; set them to override).",
        ),
        (
            CoreBudget(1.5, "cgroup CPU limit: 1.5 of 8"),
            1,
            ["MKL_NUM_THREADS"],
            "Core budget: 1.5 cores (cgroup CPU limit: 1.5 of 8); numeric libraries use 1 thread "
            "(OMP_NUM_THREADS and others; kept as set: MKL_NUM_THREADS).",
        ),
        (
            CoreBudget(1, "all of the machine"),
            1,
            ["OMP_NUM_THREADS", "RAYON_NUM_THREADS"],
            "Core budget: 1 core (all of the machine); numeric libraries use as many threads as was set "
            "(OMP_NUM_THREADS, RAYON_NUM_THREADS).",
        ),
    ],
)
def test_what_is_said_at_start(budget: CoreBudget, threads: int, given: list[str], line: str) -> None:
    assert budget_line(budget, threads, given) == line


ALLOWED = len(os.sched_getaffinity(0))
ONE_CORE = "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"


def pools(processes: int = 1, given: dict[str, str] | None = None, first: str = "pass") -> tuple[str, list[str]]:
    """The budget's reason, and the sizes of numpy's thread pools when the server's modules are loaded after it."""
    code = f"""
        import os, sys
        {first}
        from scoring_runtime.server.core_budget import core_budget, exported, library_threads
        assert "numpy" not in sys.modules
        budget = core_budget()
        os.environ.update(exported(library_threads(budget, {processes}, 1), os.environ))
        import numpy, scoring_runtime.server.process
        from threadpoolctl import threadpool_info
        print(budget.reason, *(pool["num_threads"] for pool in threadpool_info()), sep="\\n")
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        env=clean_environment({"PYTHONPATH": str(ROOT), **(given or {})}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    reason, *sizes = done.stdout.splitlines()
    return reason, sizes


def test_a_process_of_one_core_has_a_pool_of_one_thread() -> None:
    count = os.cpu_count() or 1
    reason = "all of the machine" if count == 1 else f"CPU affinity: 1 of {count}"
    assert pools(first=ONE_CORE) == (reason, ["1"])


@pytest.mark.parametrize(
    ("processes", "given", "threads"),
    [
        (1, {}, ALLOWED),
        (ALLOWED, {}, 1),
        (ALLOWED, {"OMP_NUM_THREADS": str(ALLOWED)}, ALLOWED),
        (ALLOWED, {"OPENBLAS_NUM_THREADS": str(ALLOWED)}, ALLOWED),
    ],
)
def test_numpy_starts_with_the_budgets_threads_or_the_users(
    processes: int, given: dict[str, str], threads: int
) -> None:
    assert pools(processes, given)[1] == [str(threads)]
