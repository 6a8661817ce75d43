"""pandas frames in every orient, nested and custom types, scripts decorated in unusual ways."""

from __future__ import annotations

import json

from tests.compat.case import Body, Case, Group, Request, Setup, get, post

ROW = {"n": 1, "x": 0.5, "s": "a", "flag": True, "when": "2024-01-02T03:04:05"}


def _frame(name: str, data: object, parameter: str = "data") -> Case:
    return Case(name, post(json.dumps({parameter: data})))


FRAMES = (
    _frame("a row", [ROW]),
    _frame("two rows", [ROW, {**ROW, "n": 2}]),
    _frame("no rows", []),
    _frame("an empty row", [{}]),
    _frame("other column order", [dict(reversed(ROW.items()))]),
    _frame("unknown column instead", [{"zz" if key == "s" else key: value for key, value in ROW.items()}]),
    _frame("one column more", [{**ROW, "more": 1}]),
    _frame("one column less", [{key: value for key, value in ROW.items() if key != "x"}]),
    _frame("row without a cell", [ROW, {key: value for key, value in ROW.items() if key != "s"}]),
    _frame("null in an integer column", [{**ROW, "n": None}]),
    _frame("null in a float column", [{**ROW, "x": None}]),
    _frame("null in a text column", [{**ROW, "s": None}]),
    _frame("null in a date column", [{**ROW, "when": None}]),
    _frame("numbers as text", [{**ROW, "n": "7", "x": "1.5"}]),
    _frame("fraction in an integer column", [{**ROW, "n": 7.9}]),
    _frame("words in an integer column", [{**ROW, "n": "seven"}]),
    _frame("integer in a text column", [{**ROW, "s": 5}]),
    _frame("text in a boolean column", [{**ROW, "flag": "false"}]),
    _frame("date formats", [{**ROW, "when": "2024-05-06 07:08:09.5"}]),
    _frame("date with zone", [{**ROW, "when": "2024-05-06T07:08:09+02:00"}]),
    _frame("date as number", [{**ROW, "when": 1714979289000}]),
    _frame("no date", [{**ROW, "when": "soon"}]),
    _frame("columns of rows by index", {key: {"0": value} for key, value in ROW.items()}),
    _frame("columns of lists", {key: [value, value] for key, value in ROW.items()}),
    _frame("index labels", {key: {"b": value, "a": value} for key, value in ROW.items()}),
    _frame("lists instead of rows", [list(ROW.values())]),
    _frame("a number", 5),
    _frame("text", "[]"),
    _frame("null", None),
    _frame("nested value", [{**ROW, "s": {"k": [1]}}]),
    _frame("big integer", [{**ROW, "n": 2**62}]),
    _frame("too big an integer", [{**ROW, "n": 10**25}]),
    _frame("non-ascii", [{**ROW, "s": "é𝄞"}]),
    Case("GET", get('?data=[{"n":1,"x":1,"s":"a","flag":true,"when":"2024-01-02"}]'.replace('"', "%22"))),
    Case("not json", post("[{]")),
    Case("missing", post("{}")),
)

A_B = {"a": 1, "b": 2.5}
ORIENTS = (
    _frame("records", [A_B, A_B], "records"),
    _frame("split", {"columns": ["a", "b"], "index": [7, 8], "data": [[1, 2], [3, 4]]}, "split"),
    _frame("split without index", {"columns": ["a", "b"], "data": [[1, 2]]}, "split"),
    _frame("split without columns", {"data": [[1, 2]]}, "split"),
    _frame("split with an unknown key", {"columns": ["a", "b"], "data": [[1, 2]], "x": 1}, "split"),
    _frame("split given records", [A_B], "split"),
    _frame("index", {"r1": A_B, "r0": A_B}, "index"),
    _frame("columns", {"a": {"0": 1}, "b": {"0": 2}}, "columns"),
    _frame("columns given records", [A_B], "columns"),
    _frame("values", [[1, 2], [3, 4]], "values"),
    _frame("values too wide", [[1, 2, 3]], "values"),
    _frame(
        "table",
        {
            "schema": {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "number"}]},
            "data": [A_B],
        },
        "table",
    ),
    _frame("table without schema", {"data": [A_B]}, "table"),
    _frame("types not enforced", [{"a": "x", "b": 1}], "any_type"),
    _frame("shape not enforced", [{"a": 1}], "any_shape"),
    _frame("shape not enforced, wider", [{**A_B, "c": "z"}], "any_shape"),
    _frame("renamed by position", [{"x": 1, "y": 2}], "renamed"),
    _frame("renamed, too many", [{"x": 1, "y": 2, "z": 3}], "renamed"),
    _frame("empty list is not converted", [], "records"),
)

FRAME = [{"a": 1, "b": "x"}]
NESTED = (
    _frame("all wrapped", {"frame": FRAME, "array": [1, 2], "several": [[1], [2]], "plain": 1}, "Inputs"),
    _frame("some keys missing", {"array": [1]}, "Inputs"),
    _frame("unknown key", {"array": [1], "other": "x"}, "Inputs"),
    _frame("nothing", {}, "Inputs"),
    _frame("wrong inner type", {"array": {"a": 1}}, "Inputs"),
    _frame("wrong type", [1], "Inputs"),
    _frame("wrong name", {}, "inputs"),
    Case("parameters", post('{"Inputs": {"array": [1]}, "GlobalParameters": {"method": "x", "n": [1]}}')),
    Case("parameters of another type", post('{"Inputs": {"array": [1]}, "GlobalParameters": 2.5}')),
)

SENT_HEADERS = (
    ("X-Ms-Request-Id", "b"),
    ("x-request-id", "a"),
    ("TRACEPARENT", "00-aa-bb-01"),
    ("x-two", "1"),
    ("x-two", "2"),
    ("x-empty", ""),
    ("x-spaces", "  a  b "),
    ("Authorization", "Bearer x"),
    ("Cookie", "a=1; b=2"),
)

DECORATED = (
    ("output only", "output_only.py", (post('{"data": 1}'), post('{"other": 1}'), post("1"), get("?data=1"))),
    ("wrong name", "wrong_name.py", (post('{"data": 1}'), post('{"input_data": 1}'), post("{}"))),
    ("custom type", "custom_type.py", (post('{"text": "abc", "other": "abc"}'), post('{"text": 5}'))),
    ("headers", "request_headers.py", (post('{"num": 1}', headers=SENT_HEADERS), get("?num=1", SENT_HEADERS))),
)

GROUPS = (
    Group("schema types / pandas", Setup("pandas_frame.py"), FRAMES),
    Group("schema types / pandas orients", Setup("pandas_orients.py"), ORIENTS),
    Group("schema types / nested", Setup("nested.py"), NESTED),
    *(
        Group(
            f"schema types / {name}",
            Setup(script),
            (
                *(Case(f"request {number}", request) for number, request in enumerate(requests)),
                Case("swagger", Request("GET", "/swagger.json?version=3"), body=Body.JSON),
            ),
        )
        for name, script, requests in DECORATED
    ),
    Group(
        "string mode / headers",
        Setup("string_headers.py"),
        (Case("POST", post("x", headers=SENT_HEADERS)), Case("GET", get("?a=1", SENT_HEADERS))),
    ),
    Group("string mode / argument missing", Setup("two_arguments.py"), (Case("POST", post("x")), Case("GET", get()))),
)
