"""JSON bodies: the same value as json.loads, or a refusal where that refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scoring_runtime.errors import InputError
from scoring_runtime.script import json_input

REFUSED = object()
numbers = st.integers() | st.integers(-(2**70), 2**70) | st.floats() | st.sampled_from([2**63, 2**64, -(2**63) - 1])
texts = st.text(st.characters(exclude_categories=[])) | st.sampled_from(["\ud800", "\x00", "é", "\U0001f600"])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
json_like = st.text('0123456789eE+-.[]{},:" \n\ttruefalsnNIity\\ud8\x00é', max_size=40)


def of_stdlib(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return REFUSED


def of_ours(body: bytes) -> Any:
    try:
        return json_input.loads(body)
    except InputError:
        return REFUSED


def same(one: Any, other: Any) -> bool:
    """Equal in types, values and the order of members; NaN equals NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return repr(one) == repr(other)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    return bool(one == other)


@given(values, st.booleans(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32-le"]))
def test_equals_the_standard_library_on_json(value: Any, is_ascii: bool, encoding: str) -> None:
    body = json.dumps(value, ensure_ascii=is_ascii).encode(encoding, "surrogatepass")
    assert same(of_ours(body), of_stdlib(body))


@given(json_like.map(str.encode) | st.binary(max_size=20))
@example(b"NaN")
@example(b"[NaN, Infinity, -Infinity]")
@example(b'{"a": 1, "b": 2, "a": 3}')
@example(b'"\\ud800"')
@example(b'"\\ud83d\\ude00"')
@example(b"\xef\xbb\xbf{}")
@example(b"\xef\xbb\xbf")
@example(b'"\xff"')
@example(b"\xff\xfe")
@example(b"-0")
@example(b"-0.0")
@example(b"1e400")
@example(b"-1e-400")
@example(b"18446744073709551615")
@example(b"18446744073709551616")
@example(b"-9223372036854775809")
@example(b"1" * 25)
@example(b"[1.0000000000000000000001, 12345678901234567890.5]")
@example(b"1" * 5000)
@example(b"01")
@example(b"1.")
@example(b"+1")
@example(b'"\t"')
@example(b"{} x")
@example(b"{}\x00")
@example(b"[1,]")
@example(b"'a'")
@example(b"// c\n1")
def test_equals_the_standard_library_on_anything(body: bytes) -> None:
    assert same(of_ours(body), of_stdlib(body))


@pytest.mark.parametrize("body", [b"{", b"[1,]", b'"\x01"', b"nul", b"{} x", b'{"a" 1}'])
def test_words_its_refusals_as_the_standard_library(body: bytes) -> None:
    with pytest.raises(json.JSONDecodeError) as expected:
        json.loads(body)
    with pytest.raises(InputError) as caught:
        json_input.loads(body)
    assert str(caught.value) == f"POST body could not be decoded as JSON: {expected.value}"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"a": "\xff"}', "POST body could not be decoded as JSON: 'utf-8' codec can't decode byte 0xff"),
        (b"1" * 5000, "POST body could not be decoded as JSON: Exceeds the limit"),
        (b"[" * 100_000, "POST body could not be decoded as JSON: it is nested too deeply"),
    ],
    ids=["not UTF-8", "a number of 5000 digits", "nested too deeply"],
)
def test_what_breaks_the_standard_library_is_refused_too(body: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        json_input.loads(body)
    assert str(caught.value).startswith(message)


def test_only_an_object_is_an_object() -> None:
    assert json_input.load_object(b' {"a": [1]} ') == {"a": [1]}
    for body, message in ((b"", json_input.EMPTY_BODY), (b"[]", json_input.EXPECTS_OBJECT)):
        with pytest.raises(InputError) as caught:
            json_input.load_object(body)
        assert str(caught.value) == message
