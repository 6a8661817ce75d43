"""The questions that are asked: which servers, which request, what is measured, and how it is said."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from benchmarks import figures
from benchmarks.rounds import Figures
from benchmarks.servers import (
    MOSEC_BATCHED,
    Request,
    Server,
    azureml,
    bentoml_ridge,
    litserve,
    mlserver_ridge,
    mosec,
    nginx_constant,
    ray_ridge,
    scoring_runtime,
)

CLIENTS = 16
MERGING = ("--max-batch-rows", "64")
PATIENT = [59.0, 2.0, 32.1, 101.0, 157.0, 93.2, 38.0, 4.0, 4.8598, 87.0]
ROWS, PREDICTED = [PATIENT] * 2, [205.59094435613122] * 2
IMAGE_NUMBERS = 150_000

# run() of a plain script gets the body as it is; the peers parse it as JSON.
NOOP, NOOP_JSON = Request("x", "x", "text/plain"), Request(json.dumps("x"), "x")
RIDGE = Request(json.dumps({"data": ROWS}), PREDICTED)
SMALL = Request(json.dumps({"data": [[1.0]]}), 1)


def image() -> Request:
    """About 3 MB of JSON, the same each time: a picture's numbers as clients send them."""
    numbers = random.Random(0)
    return Request(json.dumps({"data": [[numbers.random() for _ in range(IMAGE_NUMBERS)]]}), 1)


def _named(server: Server, name: str) -> Server:
    return replace(server, name=name)


@dataclass(frozen=True)
class Workload:
    """One table: `key` is what --only takes, `measure` gets a server and the seconds of a run."""

    key: str
    title: str
    method: str
    servers: tuple[Server, ...]
    measure: Callable[[Server, int], Figures]


WORKLOADS = (
    Workload(
        "noop",
        f"No-op, {CLIENTS} clients",
        "run() gives its input back, so the server is all that is measured.",
        (
            azureml("noop.py", NOOP),
            mosec("mosec_noop.py", NOOP_JSON),
            mosec("mosec_noop_batched.py", NOOP_JSON, MOSEC_BATCHED),
            litserve("litserve_noop.py", NOOP_JSON),
            scoring_runtime("noop.py", NOOP),
            nginx_constant(NOOP_JSON),
        ),
        partial(figures.under_load, clients=CLIENTS),
    ),
    Workload(
        "ridge",
        f"Ridge, 2 rows of 10 numbers, {CLIENTS} clients",
        "scikit-learn's Ridge, behind a numpy schema where the server has schemas.",
        (
            azureml("ridge.py", RIDGE),
            mosec("mosec_ridge.py", RIDGE),
            mosec("mosec_ridge_batched.py", RIDGE, MOSEC_BATCHED),
            mlserver_ridge(ROWS, PREDICTED),
            litserve("litserve_ridge.py", RIDGE),
            bentoml_ridge(RIDGE),
            ray_ridge(RIDGE),
            scoring_runtime("ridge.py", RIDGE),
            scoring_runtime("ridge.py", RIDGE, *MERGING),
        ),
        partial(figures.under_load, clients=CLIENTS),
    ),
    Workload(
        "one-client",
        "Ridge, one client",
        "The same requests, one at a time: what batching costs when there is nothing to merge.",
        (mosec("mosec_ridge.py", RIDGE), scoring_runtime("ridge.py", RIDGE, *MERGING)),
        partial(figures.under_load, clients=1),
    ),
    Workload(
        "images",
        "Small requests beside 3 MB images",
        "One client sends a small request every 5 ms, answered or not, while another posts "
        f"{IMAGE_NUMBERS:,} numbers as JSON in a loop to the same /score. Neither script computes anything.",
        (
            _named(scoring_runtime("takes_text.py", SMALL), "scoring_runtime, plain script"),
            _named(scoring_runtime("takes_numbers.py", SMALL), "scoring_runtime, numpy schema"),
            nginx_constant(SMALL, "/read"),
        ),
        partial(figures.beside, large=image),
    ),
    Workload(
        "workers",
        f"Two workers, {CLIENTS} clients",
        "A script that takes 5 ms of a core without letting go of the interpreter; server and load share both cores.",
        (scoring_runtime("busy.py", NOOP, "--workers", "1"), scoring_runtime("busy.py", NOOP, "--workers", "2")),
        partial(figures.under_load, clients=CLIENTS, shares_cores=True),
    ),
    Workload(
        "startup",
        "Start, Ridge",
        "From exec to the first 200 on /, and to the first right score.",
        (azureml("ridge.py", RIDGE), scoring_runtime("ridge.py", RIDGE)),
        figures.start,
    ),
    Workload(
        "memory",
        "Memory of an idle server, Ridge",
        "All processes of the server after one right score. PSS counts a page that n processes share as 1/n in each.",
        (azureml("ridge.py", RIDGE), scoring_runtime("ridge.py", RIDGE)),
        figures.memory,
    ),
)
