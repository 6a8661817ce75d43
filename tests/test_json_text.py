"""Answers as JSON text: the standard library's, byte for byte, whatever road they take."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_runtime.json_text import dump_json

numbers = st.one_of(
    st.integers(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-1e-3, 1e-3, allow_nan=False),
    st.floats(1e14, 1e18, allow_nan=False),
    st.decimals(-(10**6), 10**6, allow_nan=False, places=3).map(float),
)
lists = st.recursive(numbers, lambda inner: st.lists(inner, max_size=5), max_leaves=20).map(lambda value: [value])
values = st.recursive(
    st.one_of(numbers, st.none(), st.booleans(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.tuples(inner, inner), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(lists)
def test_lists_of_numbers(value: Any) -> None:
    assert dump_json(value) == json.dumps(value).encode()


@given(values)
def test_any_value(value: Any) -> None:
    assert dump_json(value) == json.dumps(value).encode()


@pytest.mark.parametrize(
    "number",
    [
        1e16,
        1e15,
        123456789012345.6,
        1e-4,
        1e-5,
        0.00001234,
        0.000123,
        5e-324,
        1.7976931348623157e308,
        -0.0,
        2**64,
        1e22,
    ],
)
def test_numbers_at_the_borders_between_notations(number: float) -> None:
    for value in ([number], [[-number, 1], number]):
        assert dump_json(value) == json.dumps(value).encode()


def test_what_has_no_json_is_null() -> None:
    assert dump_json([1.5, math.nan, [math.inf, -math.inf]]) == b"[1.5, null, [null, null]]"


@pytest.mark.parametrize("value", [{1, 2}, [object()], [b"x"], {"a": [1, {2}]}], ids=repr)
def test_what_json_cannot_hold(value: Any) -> None:
    with pytest.raises(TypeError):
        dump_json(value)


def test_a_circle_ends() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises((ValueError, RecursionError)):
        dump_json(circle)
