"""The ledgers that a script under load writes: one file per process and init(), one line per call that ran."""

from __future__ import annotations

from array import array
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ledger:
    """How often each call ran, by its id, and how many calls shared their run() with others."""

    runs: array[int]
    shared_calls: int


def writer(name: str) -> int:
    """The process that wrote the ledger of this name."""
    return int(name.split(".")[0])


def read_ledgers(folder: Path, last_number: int, without: Container[int] = ()) -> Ledger:
    """What all files of `folder` say together of the calls 1 to `last_number`; `without` those of some processes."""
    runs = array("H", bytes(2 * (last_number + 1)))
    shared_calls = 0
    for path in folder.iterdir():
        if writer(path.name) in without:
            continue
        with path.open("rb") as lines:
            for number, calls in map(bytes.split, lines):
                runs[int(number)] += 1
                shared_calls += calls != b"1"
    return Ledger(runs, shared_calls)
