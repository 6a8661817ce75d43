"""The parameter types of inference-schema: what each converts, what each refuses."""

from __future__ import annotations

import json

from tests.compat.case import Case, Group, Setup, get, post


def _values(**by_parameter: list[object]) -> tuple[Case, ...]:
    """A case for each value of each parameter."""
    return tuple(
        Case(f"{name} = {json.dumps(value)[:60]}", post(json.dumps({name: value})))
        for name, values in by_parameter.items()
        for value in values
    )


STANDARD = _values(
    i=[5, True, 0, 5.0, "5", None, 10**20, [1], -1],
    f=[1.5, 2, 0, True, "1.5", 1e400, float("nan")],
    b=[True, False, 1, "true", None],
    s=["x", "", "é", 1, ["x"], None],
    raw=["Ynl0ZXM=", "Ynl0ZXM", "not base64!", "", "YQ==\n", 1],
    buffer=["Ynl0ZXM=", ""],
    day=["2024-05-06", ""],
    moment=["2024-05-06T07:08:09Z", "2024-05-06 07:08", "6 May 2024", "2024-05-06 07:08+02:00", "never", 5, ""],
    clock=["07:08:09.000010 +0000", "07:08", "24:61", ""],
    d=[{"k": 2, "inner": {"z": "w"}}, {}, {"other": 1}, {"k": "x", "inner": 1}, [1], "x"],
    li=[[1, 2], [], ["x", None], {"a": 1}, "ab"],
    t=[[1, "x"], [], [1], {"a": 1}],
    steps=[[0, 1, 2], 3],
)
STANDARD_QUERIES = tuple(
    Case(f"GET {query}", get(query))
    for query in ("?i=5&f=1&b=false&s=x", "?s=5", "?raw=YQ%3D%3D", "?li=1&li=2", "?li=1", "?d={%22k%22:1}", "?f=NaN")
)

NUMPY = _values(
    ints=[
        [[1, 2, 3]],
        [[1, 2, 3], [4, 5, 6]],
        [],
        [[]],
        [[1, 2]],
        [1, 2, 3],
        [[[1, 2, 3]]],
        [[1, 2], [3]],
        [[3.7, "4", True]],
        [[1, None, 3]],
        [["x", 2, 3]],
        [[10**20, 2, 3]],
        {"a": 1},
        "text",
        5,
        None,
    ],
    floats=[[[1, 2]], [[None, 1.5]], [["1e3", "nan"]], [[float("nan"), float("inf")]], [[1e400, -0.0]], [["x", 1]]],
    small=[[1, 127], [200], [-129], [1.9]],
    unsigned=[[65535], [-1], [70000]],
    single=[[0.1], [16777217], [1e39]],
    flags=[[1, 0], ["", "no"], [None], [0.5]],
    words=[["abcdef", 5], [None], [""], [["a"]]],
    cube=[[[[1, 2], [3, 4]]], [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[[1, 2, 3]]]],
    days=[["2024-01-02", "2024-02"], ["today?"], [0], [None]],
    spans=[["3 days"], [3], ["many days"]],
    record=[[{"n": 1, "s": "abc"}], [[1, "ab"]], [{"n": 1}], [{"n": 1, "s": "a", "more": 2}], [], [5]],
    objects=[[1, "a"], [None, [1]], [{"a": 1}]],
    any_type=[[[1, 2]], [["a", "b"]], [[1.5, None]], [[1, 2, 3]]],
    any_shape=[[[1, 2]], [1], [[[1]]], [[1], [2, 3]]],
)
NUMPY_REQUIRED = (
    Case("two rows", post('{"data": [[1, 2, 3], [4.5, 5, 6]]}')),
    Case("integers only", post('{"data": [[1, 2, 3]]}')),
    Case("no rows", post('{"data": []}')),
    Case("null", post('{"data": null}')),
    Case("one dimension", post('{"data": [1, 2, 3]}')),
    Case("too wide", post('{"data": [[1, 2, 3, 4]]}')),
    Case("ragged", post('{"data": [[1, 2, 3], [4]]}')),
    Case("text", post('{"data": [["a", "b", "c"]]}')),
    Case("text numbers", post('{"data": [["1", "2", "3"]]}')),
    Case("booleans", post('{"data": [[true, false, true]]}')),
    Case("objects", post('{"data": [[{}, {}, {}]]}')),
    Case("beside unknown keys", post('{"extra": [[]], "data": [[1, 2, 3]], "more": {}}')),
    Case("data twice", post('{"data": [[1, 2, 3]], "data": [[4, 5, 6]]}')),
    Case("utf-16", post('{"data": [[1, 2, 3]]}'.encode("utf-16"))),
    Case("many rows", post(json.dumps({"data": [[0.1 * row, row, -row] for row in range(500)]}))),
    Case("GET", get("?data=[[1,2,3]]")),
    Case("GET, repeated", get("?data=[1,2,3]&data=[4,5,6]")),
    Case("missing", post("{}")),
    Case("exponents and precision", post('{"data": [[1e-320, 1.7976931348623157e308, 0.30000000000000004]]}')),
)

GROUPS = (
    Group("schema types / standard Python", Setup("standard_types.py"), (*STANDARD, *STANDARD_QUERIES)),
    Group("schema types / numpy", Setup("numpy_types.py"), NUMPY),
    Group("schema types / numpy, required", Setup("numpy_required.py"), NUMPY_REQUIRED),
)
