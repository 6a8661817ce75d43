"""What may share one run(), and how rows are put together and taken apart."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scoring_runtime.dispatch import merge

FLOATS = np.array([[1.0, 2.0]])
FRAME = pd.DataFrame({"a": [1], "b": ["x"]})
OTHER_INDEX = pd.DataFrame({"a": [1], "b": ["x"]}, index=[7])


def kind_of(arguments: dict[str, Any]) -> Hashable:
    """What calls must have in common, of a call that may be merged."""
    found = merge.kind_and_rows(arguments)
    assert found is not None
    assert found[1] == merge.rows(arguments)
    return found[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"x": FLOATS}, {"x": np.zeros((5, 2))}, id="arrays of other lengths"),
        pytest.param({"x": FRAME}, {"x": pd.DataFrame({"a": [2, 3], "b": ["y", "z"]})}, id="frames of other lengths"),
        pytest.param({"x": FLOATS, "k": 1}, {"x": FLOATS, "k": 1}, id="equal options"),
        pytest.param({"x": FLOATS, "k": None}, {"x": FLOATS, "k": None}, id="None as an option"),
        pytest.param({"x": FLOATS, "y": FRAME}, {"x": FLOATS, "y": FRAME}, id="an array and a frame"),
    ],
)
def test_may_share_a_run(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert kind_of(one) == kind_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"x": FLOATS}, {"x": FLOATS.astype("float32")}, id="dtypes"),
        pytest.param({"x": FLOATS}, {"x": FLOATS.astype(">f8")}, id="byte orders"),
        pytest.param({"x": np.array(["ab"])}, {"x": np.array(["abc"])}, id="widths of text"),
        pytest.param({"x": FLOATS}, {"x": np.zeros((1, 3))}, id="trailing shapes"),
        pytest.param({"x": FLOATS}, {"x": np.zeros((1, 2, 1))}, id="dimensions"),
        pytest.param({"x": FLOATS}, {"y": FLOATS}, id="names"),
        pytest.param({"x": FLOATS, "k": 1}, {"x": FLOATS, "k": 2}, id="options"),
        pytest.param({"x": FLOATS, "k": 1}, {"x": FLOATS, "k": True}, id="types of equal options"),
        pytest.param({"x": FLOATS, "k": 1}, {"x": FLOATS, "k": 1.0}, id="int and float options"),
        pytest.param({"x": FLOATS, "k": 1}, {"x": FLOATS}, id="an option left out"),
        pytest.param({"x": FRAME}, {"x": FRAME[["b", "a"]]}, id="orders of columns"),
        pytest.param({"x": FRAME}, {"x": FRAME.astype({"a": "float64"})}, id="dtypes of columns"),
        pytest.param({"x": FRAME}, {"x": FRAME.rename(columns={"a": "c"})}, id="names of columns"),
        pytest.param(
            {"x": pd.DataFrame({"a": pd.Categorical(["u"])})},
            {"x": pd.DataFrame({"a": pd.Categorical(["v"])})},
            id="categories",
        ),
        pytest.param(
            {"x": np.array(["2020"], "datetime64[D]")}, {"x": np.array(["2020"], "datetime64[s]")}, id="units of time"
        ),
    ],
)
def test_never_across_different(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert kind_of(one) != kind_of(other)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="no arguments"),
        pytest.param({"x": "text"}, id="nothing with rows"),
        pytest.param({"x": np.array(1.0)}, id="an array without dimensions"),
        pytest.param({"x": np.zeros((0, 2))}, id="no rows"),
        pytest.param({"x": FLOATS, "y": np.zeros((2, 2))}, id="unequal numbers of rows"),
        pytest.param({"x": FLOATS, "y": [1]}, id="a list"),
        pytest.param({"x": FLOATS, "request_headers": {}}, id="request headers"),
        pytest.param({"x": OTHER_INDEX}, id="an index of its own"),
    ],
)
def test_runs_alone(arguments: dict[str, Any]) -> None:
    assert merge.kind_and_rows(arguments) is None


def test_join_keeps_the_order_of_the_calls() -> None:
    one = {"x": np.array([[1], [2]]), "f": pd.DataFrame({"a": [1, 2]}), "k": "option"}
    two = {"x": np.array([[3]]), "f": pd.DataFrame({"a": [3]}), "k": "option"}
    joined = merge.join([one, two])
    assert joined["x"].tolist() == [[1], [2], [3]]
    assert joined["f"]["a"].tolist() == [1, 2, 3]
    assert joined["f"].index.tolist() == [0, 1, 2]
    assert joined["k"] == "option"


def test_join_copies() -> None:
    original = np.array([[1.0]])
    merge.join([{"x": original}])["x"][0] = 7.0
    assert original.tolist() == [[1.0]]


@pytest.mark.parametrize("output", [[1, 2, 3], (1, 2, 3), np.array([1, 2, 3])], ids=["list", "tuple", "array"])
def test_split_by_rows(output: Any) -> None:
    assert [list(part) for part in merge.split(output, [1, 2])] == [[1], [2, 3]]


def test_split_of_frames_and_series_counts_rows_from_zero_again() -> None:
    one, two = merge.split(pd.DataFrame({"a": [1, 2, 3]}), [1, 2])
    assert one.to_dict("list") == {"a": [1]}
    assert two.to_dict("index") == {0: {"a": 2}, 1: {"a": 3}}
    assert merge.split(pd.Series([1, 2, 3]), [1, 2])[1].to_dict() == {0: 2, 1: 3}


def test_split_of_a_dict_divides_each_member() -> None:
    output = {"result": [1, 2, 3], "deep": {"p": np.array([4, 5, 6])}}
    one, two = merge.split(output, [1, 2])
    assert (one["result"], one["deep"]["p"].tolist()) == ([1], [4])
    assert (two["result"], two["deep"]["p"].tolist()) == ([2, 3], [5, 6])


@pytest.mark.parametrize("output", [[1, 2], (1, 2, 3, 4), np.zeros(2), pd.Series([1]), {"a": [1, 2, 3], "b": [1]}])
def test_split_checks_the_length(output: Any) -> None:
    with pytest.raises(merge.SplitError, match="rows for 3 rows of input"):
        merge.split(output, [1, 2])


@pytest.mark.parametrize("output", [1.5, None, "abc", np.array(1), {1, 2, 3}, {"a": [1, 2, 3], "b": 1}])
def test_split_refuses_what_has_no_rows(output: Any) -> None:
    with pytest.raises(merge.SplitError, match="no rows to divide"):
        merge.split(output, [1, 2])


def test_rows_of_the_first_value_that_has_them() -> None:
    assert merge.rows({"k": 1, "x": np.zeros((4, 2))}) == 4
    assert merge.rows({"f": pd.DataFrame({"a": [1, 2]})}) == 2
