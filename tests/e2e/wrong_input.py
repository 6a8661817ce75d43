"""Requests that are whole, and wrong in what they ask or carry: `TEXT` for string mode, `SCHEMA` for schema mode.

`UNUSUAL_*` look wrong and are answered all the same: the original's scripts and clients count on it.
"""

from __future__ import annotations

import gzip
import json
from typing import Any

from tests.e2e.wrong_request import JSON_TYPE, WrongRequest, get, post

RUN_FAILED = "An unexpected error occurred in scoring script. Check the logs for more info."
NOT_JSON = "POST body could not be decoded as JSON: "
NOT_UTF8 = "Input cannot be decoded as UTF-8: 'utf-8' codec can't decode byte "
NO_OBJECT = "POST body should be a JSON dictionary."
NEEDS_JSON = "Expects Content-Type to be application/json"
LONG_ID = "x-request-id must not exceed 100 characters"
LONG_CLIENT_ID = "x-ms-request-id and x-ms-client-request-id must not exceed 100 characters"
VERSIONS = "is not valid. Supported versions: [2, 3, 3.1]."
FORM = b"Content-Type: application/x-www-form-urlencoded"
NO_DATA = "A value is not provided for the 'data' parameter."


def _kept(name: str, data: bytes, status: int, message: str) -> WrongRequest:
    return WrongRequest(name, data, status, message, is_last=False)


def _json(name: str, body: bytes, message: str, status: int = 400) -> WrongRequest:
    return _kept(name, post(body, JSON_TYPE), status, message)


def _sent_as(*content_type: str) -> WrongRequest:
    lines = [b"Content-Type: " + value.encode() for value in content_type]
    return _kept(f"as {content_type}", post(b'{"data": [[1, 2]], "name": "n"}', *lines), 415, NEEDS_JSON)


def _data(text: bytes) -> bytes:
    return b'{"name": "n", "data": ' + text + b"}"


def _asks_version(version: bytes, shown: str) -> WrongRequest:
    return _kept(
        f"Swagger {shown}", get(b"/swagger.json?version=" + version), 404, f"Swagger version [{shown}] {VERSIONS}"
    )


def _with_id(name: str, target: bytes, message: str) -> WrongRequest:
    return _kept(f"{name} of 101 on {target.decode()}", get(target, f"{name}: {'i' * 101}".encode()), 431, message)


IDS = [
    *(_with_id("x-request-id", target, LONG_ID) for target in (b"/score", b"/", b"/swagger.json")),
    *(_with_id(name, b"/score", LONG_CLIENT_ID) for name in ("x-ms-request-id", "x-ms-client-request-id")),
    _with_id("x-ms-client-request-id", b"/", LONG_CLIENT_ID),
]

TEXT = [
    *IDS,
    _kept("byte 0xFF", post(b"\xff"), 400, NOT_UTF8 + "0xff in position 0: invalid start byte"),
    _kept("overlong UTF-8", post(b"a\xc0\xae"), 400, NOT_UTF8 + "0xc0 in position 1: invalid start byte"),
    _kept(
        "cut UTF-8",
        post(b"a\xe2\x82"),
        400,
        NOT_UTF8.replace("byte", "bytes") + "in position 1-2: unexpected end of data",
    ),
    _kept("surrogate in UTF-8", post(b"\xed\xa0\x80"), 400, NOT_UTF8 + "0xed in position 0: invalid continuation byte"),
    _kept("gzip", post(gzip.compress(b"{}"), b"Content-Encoding: gzip"), 400, NOT_UTF8 + "0x8b in position 1: ..."),
    _kept(
        "1,001 query parameters",
        get(b"/score?" + b"&".join([b"a=1"] * 1001)),
        400,
        "The query string has more than 1000 parameters.",
    ),
    _asks_version(b"9", "9"),
    _asks_version(b"", ""),
    _asks_version(b"2.1", "2.1"),
    _asks_version(b"%00", "\0"),
]

SYNTAX = [
    _json("empty body", b"", "POST body is empty. Expecting a JSON dictionary."),
    _json("only spaces", b"  ", NOT_JSON + "Expecting value: line 1 column 3 (char 2)"),
    _json(
        "cut in a name",
        b'{"da',
        NOT_JSON + "Unterminated string starting at: line 1 column 2 (char 1)",
    ),
    _json(
        "cut after the brace",
        b"{",
        NOT_JSON + "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    ),
    _json("two values", b"{} {}", NOT_JSON + "Extra data: line 1 column 4 (char 3)"),
    _json("single quotes", b"{'data': 1}", NOT_JSON + "Expecting property name enclosed in double quotes: ..."),
    _json("trailing comma", b'{"data": [[1, 2],]}', NOT_JSON + "..."),
    _json("array", b"[[1, 2]]", NO_OBJECT),
    _json("number", b"1", NO_OBJECT),
    _json("null", b"null", NO_OBJECT),
    _json("100,000 brackets", _data(b"[" * 100_000 + b"]" * 100_000), NOT_JSON + "it is nested too deeply"),
    _json("100,000 open objects", b'{"a":' * 100_000, NOT_JSON + "it is nested too deeply"),
    _json("integer of 5,000 digits", _data(b"9" * 5000), NOT_JSON + "Exceeds the limit (4300 digits) ..."),
    _json("invalid UTF-8", b'{"name": "\xff"}', NOT_JSON + "'utf-8' codec can't decode byte 0xff in position 10: ..."),
    _json("cut UTF-16", '{"name": 1}'.encode("utf-16")[:-1], NOT_JSON + "..."),
]

SHAPES = [
    _json("nothing provided", b"{}", NO_DATA),
    _json("first parameter missing", b'{"name": "n"}', NO_DATA),
    _json(
        "second parameter missing",
        b'{"data": [[1, 2]]}',
        "A value is not provided for the 'name' parameter.",
    ),
    _json("other case of a name", b'{"DATA": [[1, 2]], "name": "n"}', NO_DATA),
    _json("text for numbers", _data(b'"abc"'), RUN_FAILED, 500),
    _json("object for numbers", _data(b'{"a": 1}'), RUN_FAILED, 500),
    _json("text among numbers", _data(b'[[1, "a"]]'), RUN_FAILED, 500),
    _json("ragged rows", _data(b"[[1, 2], [3]]"), RUN_FAILED, 500),
    _json("wrong number of columns", _data(b"[[1, 2, 3]]"), RUN_FAILED, 500),
    _json("one dimension too few", _data(b"[1, 2]"), RUN_FAILED, 500),
    _json("one dimension too many", _data(b"[[[1, 2]]]"), RUN_FAILED, 500),
    _json("no numbers", _data(b"[]"), RUN_FAILED, 500),
    _json("number for a text", b'{"data": [[1, 2]], "name": 7}', RUN_FAILED, 500),
    _kept("GET without parameters", get(b"/score"), 400, NO_DATA),
    _kept("GET with text for numbers", get(b"/score?data=abc&name=n"), 500, RUN_FAILED),
]

TYPES = [
    _sent_as(),
    *map(_sent_as, ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b")),
    *map(_sent_as, ("application/jsonx", "text/json", "*/*", "json", "x" * 10_000)),
]

SCHEMA = [*SYNTAX, *SHAPES, *TYPES]

_ANSWERED = {"name": "n", "sums": [3]}


def _utf16(text: str) -> bytes:
    return post(text.encode("utf-16"), JSON_TYPE)


UNUSUAL_TEXT: dict[str, tuple[bytes, Any]] = {
    "empty body": (post(b""), {"given": ""}),
    "byte order mark": (post(b"\xef\xbb\xbf{}"), {"given": "\ufeff{}"}),
    "not JSON": (post(b"no json", JSON_TYPE), {"given": "no json"}),
    "NUL": (post(b"\0"), {"given": "\0"}),
    "form": (post(b"a=1", FORM), {"given": "a=1"}),
    "query too deep for JSON": (get(b"/score?a=" + b"[" * 5000), {"given": json.dumps({"a": "[" * 5000})}),
    "query of 5,000 digits": (get(b"/score?a=" + b"9" * 5000), {"given": json.dumps({"a": "9" * 5000})}),
    "byte 0xFF, quoted, in the query": (get(b"/score?a=%ff"), {"given": '{"a": "\\ufffd"}'}),
    "1,000 query parameters": (get(b"/score?" + b"&".join([b"a=1"] * 1000)), {"given": json.dumps({"a": [1] * 1000})}),
    "ids of 100": (get(b"/score", b"x-request-id: " + b"i" * 100), {"given": "{}"}),
}

UNUSUAL_SCHEMA: dict[str, tuple[bytes, Any]] = {
    "byte order mark": (post(b"\xef\xbb\xbf" + _data(b"[[1, 2]]"), JSON_TYPE), _ANSWERED),
    "UTF-16": (_utf16('{"name": "n", "data": [[1, 2]]}'), _ANSWERED),
    "NaN": (post(_data(b"[[NaN, 2]]"), JSON_TYPE), {"name": "n", "sums": [None]}),
    "Infinity": (post(_data(b"[[1, 2], [-Infinity, 1e400]]"), JSON_TYPE), {"name": "n", "sums": [3, None]}),
    "lone surrogate": (post(b'{"data": [[1, 2]], "name": "\\ud800"}', JSON_TYPE), {"name": "\ud800", "sums": [3]}),
    "a name twice": (post(b'{"data": [], "name": "n", "data": [[1, 2]]}', JSON_TYPE), _ANSWERED),
    "unknown names": (post(b'{"data": [[1, 2]], "name": "n", "x": [9]}', JSON_TYPE), _ANSWERED),
    "type with parameters": (
        post(_data(b"[[1, 2]]"), b"content-type: APPLICATION/vnd.x+JSON ; charset=latin-1"),
        _ANSWERED,
    ),
    "members in the query": (get(b"/score?data=[[1,2]]&name=n"), _ANSWERED),
}
