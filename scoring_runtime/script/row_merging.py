"""Whether rows of several calls may go through one run(): asked for, possible, and shown to make no difference.

Before the server is ready, run() is called with the schema's sample and with a changed copy of it, alone and together.
A script that normalises over its input, or returns anything but one result per row, is found out here, and its
calls are then never merged.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from scoring_runtime.call import Arguments, Payload
from scoring_runtime.dispatch import merge
from scoring_runtime.errors import StoppedError
from scoring_runtime.script.coroutines import awaited
from scoring_runtime.script.schema import SchemaParameter, argument_converter, schema_parameters
from scoring_runtime.telemetry.loggers import SCRIPT_LOGGER
from scoring_runtime.telemetry.tracebacks import one_line

logger = logging.getLogger(SCRIPT_LOGGER)

# Libraries sum in another order when there are more rows, so the last digits may differ.
RELATIVE_TOLERANCE = 1e-5
ABSOLUTE_TOLERANCE = 1e-8

Run = Callable[..., Any]
Encode = Callable[[Any], Payload]
Convert = Callable[[Arguments], Arguments]


class UnmergeableError(Exception):
    """Why the rows of a script's calls cannot be merged."""


def row_converter(run: Run, encode: Encode, max_rows: int) -> Convert | None:
    """The conversion that makes calls of `run` mergeable, or None, with the reason in the log."""
    if max_rows <= 1:
        return None
    parameters = schema_parameters(run)
    try:
        _check(run, encode, parameters)
    except UnmergeableError as reason:
        logger.warning("Calls are not merged although --max-batch-rows is %s: %s", max_rows, reason)
        return None
    logger.info("Waiting calls are merged into one run() of up to %s rows.", max_rows)
    return argument_converter(parameters)


def _check(run: Run, encode: Encode, parameters: list[SchemaParameter]) -> None:
    sample = {parameter.name: parameter.sample for parameter in parameters}
    if not sample or merge.kind_and_rows(sample) is None:
        raise UnmergeableError("run() has no numpy or pandas schema whose sample has rows")
    variants = [sample, _variant(run, sample)]
    alone = [_answers(run, encode, [variant])[0] for variant in variants]
    together = _answers(run, encode, variants)
    for single, merged in zip(alone, together, strict=True):
        if not is_close(single, merged):
            raise UnmergeableError(
                f"run() answers the schema's samples differently alone and together: "
                f"{_shortened(single)} and {_shortened(merged)}"
            )


def _answers(run: Run, encode: Encode, several: list[Arguments]) -> list[Any]:
    """What each of `several` would be answered if they shared one run()."""
    try:
        output = awaited(run)(**merge.join(several))
        parts = merge.split(output, [merge.rows(arguments) for arguments in several])
        return [json.loads(encode(part).body) for part in parts]
    except StoppedError:
        raise
    except BaseException as error:  # as for every run()
        raise UnmergeableError(f"run() fails on the schema's samples: {one_line(error)}") from None


def _variant(run: Run, sample: Arguments) -> Arguments:
    """`sample` with as many other numbers as run() accepts: whole numbers may stand for categories."""
    for kinds in ((np.floating, np.integer), (np.floating,)):
        changed = {name: _changed(value, kinds) for name, value in sample.items()}
        try:
            awaited(run)(**changed)
        except StoppedError:
            raise
        except BaseException:  # as for every run()
            continue
        return changed
    return sample


def _changed(value: Any, kinds: tuple[type, ...]) -> Any:
    """An array or a frame with the numbers of `kinds` changed; anything else as it is."""
    if isinstance(value, np.ndarray):
        return _changed_numbers(value) if issubclass(value.dtype.type, kinds) else value
    if hasattr(value, "dtypes"):
        numbers = {name: value[name] for name in value.columns if issubclass(value[name].dtype.type, kinds)}
        changed = value.copy()
        for name, column in numbers.items():
            changed[name] = _changed_numbers(column)
        return changed
    return value


def _changed_numbers(numbers: Any) -> Any:
    is_whole = issubclass(numbers.dtype.type, np.integer)
    return numbers + 1 if is_whole else numbers * 0.75 + 0.3137


def is_close(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal, numbers within the tolerances."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_close, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_close(one[name], other[name]) for name in one)
    return bool(one == other)


def _shortened(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 120 else f"{text[:120]}..."
