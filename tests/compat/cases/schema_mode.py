"""A decorated run(): content types, encodings, bodies that do not fit, binding by name from body and query."""

from __future__ import annotations

from tests.compat import deviations
from tests.compat.case import Case, Group, Request, Setup, get, post

BODIES: dict[str, Request] = {
    "all three": post('{"num": 1, "text": "t", "plain": [1]}'),
    "defaults": post('{"num": 1}'),
    "unknown key": post('{"num": 1, "unknown": 2}'),
    "duplicate key": post('{"num": 1, "num": 2}'),
    "white space around": post(' \r\n\t{"num": 1}\n '),
    "escapes": post(r'{"num": 1, "text": "\u00e9\ud834\udd1e\n\"\/"}'),
    "lone surrogate": post(r'{"num": 1, "text": "\ud800"}'),
    "lone surrogate, not escaped": post(b'{"num": 1, "text": "\xed\xa0\x80"}'),
    "empty key": post('{"": 1, "num": 1}'),
    "any value without a decorator": post('{"num": 1, "plain": {"a": [1.0, true, null, "é"]}}'),
    "NaN where a number was not expected": post('{"num": NaN}'),
    "big integer": post('{"num": 123456789012345678901234567890}'),
    "float notation kept": post('{"num": 1, "plain": [1.0, 1e5, 1E-7, 0.1, 1e22, 1e16, -0.0, 123456789.123456789]}'),
    "empty body": post(),
    "only white space": post("  "),
    "missing": post("{}"),
    "null counts as given": post('{"num": null}'),
    "other argument only": post('{"text": "x"}'),
    "array": post("[1, 2]"),
    "number": post("1"),
    "string": post('"num"'),
    "null": post("null"),
    "no json": post("abc"),
    "no quotes": post("{num: 1}"),
    "single quotes": post("{'num': 1}"),
    "cut object": post('{"num": '),
    "cut string": post('{"num": "abc'),
    "trailing comma": post('{"num": 1,}'),
    "missing comma": post('{"num": 1 "text": "x"}'),
    "missing colon": post('{"num" 1}'),
    "two documents": post('{"num": 1} {"num": 2}'),
    "garbage after": post('{"num": 1}x'),
    "control character": post('{"text": "a\nb", "num": 1}'),
    "bad escape": post(r'{"text": "\x41", "num": 1}'),
    "bad unicode escape": post(r'{"text": "\u12g4", "num": 1}'),
    "leading zero": post('{"num": 01}'),
    "plus sign": post('{"num": +1}'),
    "lone minus": post('{"num": -}'),
    "fraction without digits": post('{"num": 1.}'),
    "hexadecimal": post('{"num": 0x1}'),
    "comment": post('{"num": 1} // one'),
    "python literals": post('{"num": True}'),
    "error after a new line": post('{\n  "num": 1,\n  oops\n}'),
    "error after non-ascii text": post('{"é𝄞": "✓", "num": }'),
    "wrong type": post('{"num": "one"}'),
    "wrong type of the other": post('{"num": 1, "text": 5}'),
}

UNDECODABLE = tuple(
    Case(f"not utf-8: {name}", post(body), deviation=deviations.BAD_UNICODE)
    for name, body in {
        "bytes": b'{"num": 1, "text": "\xff\xfe"}',
        "cut": b'{"num": 1, "text": "\xe2\x82"}',
        "overlong": b'{"num": 1, "text": "\xc0\xaf"}',
        "after garbage": b"garbage \xff",
        "utf-16 cut in half": '{"num": 1}'.encode("utf-16")[:-1],
    }.items()
)
TOO_MUCH = (
    Case(
        "deep arrays",
        post('{"num": 1, "plain": ' + "[" * 200_000 + "]" * 200_000 + "}"),
        deviation=deviations.DEEP_JSON,
    ),
    Case(
        "deep objects, not closed",
        post('{"num": 1, "plain": ' + '{"a":' * 200_000),
        deviation=deviations.DEEP_JSON,
    ),
    Case(
        "5,000 digits",
        post('{"num": ' + "9" * 5_000 + "}"),
        deviation=deviations.LONG_INTEGER,
    ),
    Case("4,300 digits", post('{"num": ' + "9" * 4_300 + "}")),
    Case("900 levels", post('{"num": 1, "plain": ' + "[" * 900 + "]" * 900 + "}")),
)

NUM = '{"num": 1}'
CONTENT_TYPES: dict[str, Request] = {
    f"{kind}": post(NUM, kind)
    for kind in (
        "application/json; charset=utf-8",
        "application/json;charset=latin-1",
        "application/json; odata=verbose; x",
        "APPLICATION/JSON",
        " application/json",
        "application/json;",
        "application/json ; a=b",
        "application/problem+json",
        "application/Vnd.Api+JSON; a=b",
        "application/+json",
        "application/jsonl",
        "application/x-json",
        "text/json",
        "text/x+json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "application/json, text/plain",
        "json",
        "",
        "*/*",
    )
} | {
    "none": post(NUM, None),
    "wrong and empty": post("", "text/plain"),
}

ENCODINGS: dict[str, Request] = {
    name: post('{"num": 1, "text": "é𝄞"}'.encode(name))
    for name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
}

QUERIES: dict[str, Request] = {
    "bound by name": get("?num=1&text=x&plain=[1,{}]"),
    "missing": get("?text=x"),
    "none": get(),
    "unknown": get("?num=1&other=2"),
    "repeated": get("?num=1&plain=1&plain=2"),
    "wrong type": get("?num=x"),
    "text that looks like a number": get("?num=1&text=5"),
    "quoted text": get("?num=1&text=%225%22"),
    "content type does not matter": get("?num=1", headers=(("Content-Type", "text/plain"),)),
    "OPTIONS": Request("OPTIONS"),
    "HEAD": Request("HEAD"),
    "PUT": Request("PUT", body=b"{}"),
    "POST with a query": post(NUM, query="?num=2"),
}


def _cases(requests: dict[str, Request]) -> tuple[Case, ...]:
    return tuple(Case(name, request) for name, request in requests.items())


GROUPS = (
    Group("schema mode / bodies", Setup("required.py"), (*_cases(BODIES), *UNDECODABLE, *TOO_MUCH)),
    Group("schema mode / content types", Setup("required.py"), _cases(CONTENT_TYPES)),
    Group("schema mode / encodings", Setup("required.py"), _cases(ENCODINGS)),
    Group("schema mode / query", Setup("required.py"), _cases(QUERIES)),
)
