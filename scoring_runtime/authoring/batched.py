"""`@batched`: run() gets a list with the inputs of several requests and returns a list with their outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

Run = TypeVar("Run", bound=Callable[..., Any])

DEFAULT_MAX_SIZE = 32
MARK = "__scoring_runtime_max_batch_size__"


@overload
def batched(run: Run) -> Run: ...
@overload
def batched(*, max_size: int = DEFAULT_MAX_SIZE) -> Callable[[Run], Run]: ...
def batched(run: Run | None = None, *, max_size: int = DEFAULT_MAX_SIZE) -> Run | Callable[[Run], Run]:
    """Marks a run() that takes the calls that wait, `max_size` at most, in one go.

    Each parameter is a list with one item per call, in order, and so must be what run() returns. An item of it
    may be a ScoringError, the answer of that call alone. Nothing waits for a batch to fill: a lone call is a list of
    one. When run() raises, the calls are tried again in smaller groups until the guilty one is found.
    """
    if isinstance(max_size, bool) or not isinstance(max_size, int) or max_size < 1:
        raise ValueError(f"max_size of @batched must be a whole number of at least 1, not {max_size!r}")

    def mark(function: Run) -> Run:
        setattr(function, MARK, max_size)
        return function

    return mark if run is None else mark(run)


def batch_size(run: Callable[..., Any]) -> int | None:
    """The `max_size` of a run() that is marked, else None."""
    size: int | None = getattr(run, MARK, None)
    return size
