"""Rows of several calls in one run(): what may be merged, how to join the arguments and split the output.

Calls merge only when their parameters have the same names and every value is either an array or frame with rows,
alike in dtype, trailing shape and columns, or an equal plain value. All pure functions.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from scoring_runtime.call import Arguments

PLAIN = (str, int, float, bool, type(None))


class SplitError(ValueError):
    """run() returned something that cannot be divided among the calls of a batch."""


def _is_frame(value: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def _is_series(value: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.Series)


def _has_default_index(frame: Any) -> bool:
    return bool(frame.index.equals(sys.modules["pandas"].RangeIndex(len(frame))))


def rows(arguments: Arguments) -> int:
    """Rows of the first array or frame among `arguments`."""
    return next(len(value) for value in arguments.values() if isinstance(value, np.ndarray) or _is_frame(value))


def kind_and_rows(arguments: Arguments) -> tuple[Hashable, int] | None:
    """What is equal for calls that may share one run(), and the rows; None for a call that must run alone."""
    if len(arguments) == 1:  # the way of most schema-decorated scripts
        ((name, value),) = arguments.items()
        if type(value) is np.ndarray and value.ndim > 0:
            return ((name, value.dtype, value.shape[1:]), len(value)) if len(value) else None
    parts: list[Hashable] = []
    count: int | None = None
    for name, value in arguments.items():
        if isinstance(value, np.ndarray) and value.ndim > 0:
            part: Hashable = (name, value.dtype, value.shape[1:])
        elif isinstance(value, PLAIN):
            parts.append((name, type(value), value))
            continue
        elif _is_frame(value) and _has_default_index(value):
            part = (name, tuple(value.columns), tuple(value.dtypes))
        else:
            return None
        if count is not None and len(value) != count:
            return None
        count = len(value)
        parts.append(part)
    return (tuple(parts), count) if count else None


def join(several: Sequence[Arguments]) -> Arguments:
    """One set of arguments with the rows of all, in order."""
    first = several[0]
    return {name: _join_values([each[name] for each in several]) for name in first}


def _join_values(values: list[Any]) -> Any:
    if isinstance(values[0], np.ndarray):
        return np.concatenate(values)
    if _is_frame(values[0]):
        return sys.modules["pandas"].concat(values, ignore_index=True)
    return values[0]


def split(output: Any, counts: Sequence[int]) -> list[Any]:
    """`output` divided by rows: a list, tuple, ndarray, frame, series, or a dict of those.

    Raises SplitError when its length is not the sum of `counts`, or it has none.
    """
    if isinstance(output, dict):
        columns = {name: split(value, counts) for name, value in output.items()}
        return [{name: parts[i] for name, parts in columns.items()} for i in range(len(counts))]
    is_tabular = _is_frame(output) or _is_series(output)
    if not (is_tabular or isinstance(output, (list, tuple)) or is_row_array(output)):
        raise SplitError(f"run() returned {type(output).__name__}, which has no rows to divide among the calls")
    if len(output) != sum(counts):
        raise SplitError(f"run() returned {len(output)} rows for {sum(counts)} rows of input")
    bounds = list(pairwise(accumulate(counts, initial=0)))
    if is_tabular:
        return [output.iloc[start:end].reset_index(drop=True) for start, end in bounds]
    return [output[start:end] for start, end in bounds]


def is_row_array(output: Any) -> bool:
    """Whether `output` is an array with rows."""
    return isinstance(output, np.ndarray) and output.ndim > 0
