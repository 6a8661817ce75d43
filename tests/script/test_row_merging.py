"""Scripts whose calls may share a run(), and those that the start-up check keeps apart."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema

from scoring_runtime.http.responses import encode
from scoring_runtime.script.row_merging import is_close, row_converter

FLOATS = NumpyParameterType(np.array([[1.0, 4.0], [3.0, 5.0]]))
INTEGERS = NumpyParameterType(np.array([[1, 4], [1, 4]]))
TWOS = NumpyParameterType(np.array([[2.0]]))
FRAME = PandasParameterType(pd.DataFrame({"a": [1.5], "b": ["x"]}))


def decorated(run: Callable[..., Any], kind: Any) -> Callable[..., Any]:
    return input_schema("data", kind)(run)  # type: ignore[no-any-return]


def double(data: Any) -> Any:
    return (np.asarray(data) * 2).tolist()


def of_frame(data: Any) -> Any:
    return {"result": (data["a"] * 2).tolist(), "names": data["b"].tolist()}


async def later(data: Any) -> Any:
    return data.sum(axis=1).tolist()


@pytest.mark.parametrize(
    ("run", "kind"),
    [(double, FLOATS), (double, INTEGERS), (of_frame, FRAME), (later, FLOATS)],
    ids=["array", "array of integers", "frame", "coroutine"],
)
def test_accepted(run: Callable[..., Any], kind: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "azmlinfsrv"):
        convert = row_converter(decorated(run, kind), encode, max_rows=8)
    assert convert is not None
    assert caplog.messages == ["Waiting calls are merged into one run() of up to 8 rows."]


def test_the_converter_converts() -> None:
    convert = row_converter(decorated(double, FLOATS), encode, max_rows=8)
    assert convert is not None
    assert convert({"data": [[1, 2]]})["data"].dtype == np.float64


def normalise(data: Any) -> Any:
    return (data - data.mean(axis=0)).tolist()


def scalar(data: Any) -> Any:
    return float(data.sum())


def one_too_many(data: Any) -> Any:
    return [*data.tolist(), 0]


def reversed_rows(data: Any) -> Any:
    return data[::-1].tolist()


def failing(data: Any) -> Any:
    raise SystemExit("no model")


def unencodable(data: Any) -> Any:
    return data


def per_batch(data: Any) -> Any:
    return {"rows": data.tolist(), "labels": ["only", "these"]}


DIFFERENT = "run() answers the schema's samples differently alone and together: "
FAILS = "run() fails on the schema's samples: "


@pytest.mark.parametrize(
    ("run", "kind", "reason"),
    [
        pytest.param(normalise, FLOATS, DIFFERENT, id="normalises over its rows"),
        pytest.param(normalise, INTEGERS, DIFFERENT, id="normalises over whole numbers"),
        pytest.param(normalise, TWOS, DIFFERENT, id="normalises over a sample that a change may miss"),
        pytest.param(reversed_rows, FLOATS, DIFFERENT, id="changes the order"),
        pytest.param(scalar, FLOATS, f"{FAILS}SplitError: run() returned float, which has no rows", id="scalar"),
        pytest.param(one_too_many, FLOATS, f"{FAILS}SplitError: run() returned 3 rows for 2 rows", id="length"),
        pytest.param(failing, FLOATS, f"{FAILS}SystemExit: no model", id="fails"),
        pytest.param(unencodable, FLOATS, f"{FAILS}TypeError: ", id="cannot be encoded"),
        pytest.param(per_batch, FLOATS, f"{FAILS}SplitError: run() returned 2 rows for 4", id="a list per batch"),
    ],
)
def test_refused_with_the_reason(
    run: Callable[..., Any], kind: Any, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "azmlinfsrv"):
        assert row_converter(decorated(run, kind), encode, max_rows=8) is None
    assert caplog.messages[0].startswith(f"Calls are not merged although --max-batch-rows is 8: {reason}")


@pytest.mark.parametrize(
    "run",
    [double, decorated(double, StandardPythonParameterType([1.0]))],
    ids=["undecorated", "no rows in the schema"],
)
def test_refused_without_rows(run: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    assert row_converter(run, encode, max_rows=8) is None
    assert caplog.messages[0].endswith("run() has no numpy or pandas schema whose sample has rows")


def test_not_asked_for_run_is_not_called(caplog: pytest.LogCaptureFixture) -> None:
    assert row_converter(decorated(failing, FLOATS), encode, max_rows=1) is None
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (1.0, 1.0 + 1e-7, True),
        (1, 1.0, True),
        (0.0, 1e-9, True),
        (1.0, 1.001, False),
        (True, 1, False),
        (True, True, True),
        ([1.0, [2.0]], [1.0, [2.0 + 1e-9]], True),
        ([1.0], [1.0, 2.0], False),
        ({"a": 1.0}, {"a": 1.0 + 1e-9}, True),
        ({"a": 1.0}, {"b": 1.0}, False),
        ("a", "a", True),
        ("a", "b", False),
        (None, None, True),
        (None, 0.0, False),
    ],
)
def test_answers_are_compared_with_tolerance(one: Any, other: Any, expected: bool) -> None:
    assert is_close(one, other) is expected
