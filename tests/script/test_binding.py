"""Requests to run()'s arguments, mode by mode."""

from __future__ import annotations

import math
from typing import Any

import pytest

from scoring_runtime.authoring.request import AMLRequest
from scoring_runtime.errors import AnswerError, InputError, MediaTypeError
from scoring_runtime.request import Headers, Request
from scoring_runtime.script.binding import bind, is_json, query_members, title_cased
from scoring_runtime.script.contract import Contract, Mode, Parameter

STRING = Contract(Mode.STRING, (Parameter("data", True), Parameter("unused", False)), wants_headers=False)
SCHEMA = Contract(Mode.SCHEMA, (Parameter("num", True), Parameter("name", False, "anon")), wants_headers=False)
RAW = Contract(Mode.RAW, (Parameter("request", True),), wants_headers=False)
JSON: Headers = [(b"content-type", b"application/json")]


def post(body: bytes, headers: Headers | None = None) -> Request:
    return Request("POST", b"/score", b"/score", b"", headers if headers is not None else JSON, body)


def get(query: bytes) -> Request:
    return Request("GET", b"/score?" + query, b"/score", query, [])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(b'{"a": 1}', '{"a": 1}', id="JSON stays text"),
        pytest.param(b"not json", "not json", id="no JSON"),
        pytest.param(b"", "", id="empty"),
        pytest.param(b"\xef\xbb\xbf{}", "\ufeff{}", id="the byte order mark stays"),
        pytest.param("hé".encode(), "hé", id="UTF-8"),
        pytest.param(b"a\x00b", "a\x00b", id="NUL"),
    ],
)
@pytest.mark.parametrize("content_type", [b"application/json", b"text/plain", b"application/octet-stream", None])
def test_string_mode_takes_the_body_whatever_its_type(body: bytes, text: str, content_type: bytes | None) -> None:
    headers = [(b"content-type", content_type)] if content_type else []
    assert bind(STRING, post(body, headers)) == {"data": text}


def test_string_mode_refuses_what_is_not_utf_8() -> None:
    with pytest.raises(InputError) as caught:
        bind(STRING, post(b"a\xff"))
    message = "Input cannot be decoded as UTF-8: 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (b"a=1&b=x&b=[2]&c=null&f=a+b", '{"a": 1, "b": ["x", [2]], "c": null, "f": "a b"}'),
        (b"", "{}"),
        (b"a=", '{"a": ""}'),
        (b"a", '{"a": ""}'),
        (b"a=%C3%A9", '{"a": "\\u00e9"}'),
        (b"a=%7B%22b%22%3A1%7D", '{"a": {"b": 1}}'),
        (b"b=1&a=2&b=3", '{"b": [1, 3], "a": 2}'),
        (b"a=%22text%22", '{"a": "text"}'),
        (b"a=007", '{"a": "007"}'),
        (b"a;b=1", '{"a;b": 1}'),
    ],
)
def test_string_mode_turns_a_query_into_json_text(query: bytes, text: str) -> None:
    assert bind(STRING, get(query)) == {"data": text}


def test_a_query_value_may_be_any_json() -> None:
    assert math.isnan(query_members(b"a=NaN")["a"])
    assert query_members(b"a=%5B%5B1,2%5D%5D") == {"a": [[1, 2]]}


def test_a_query_value_nested_too_deeply_stays_text() -> None:
    nested = "[" * 100_000
    assert query_members(b"a=" + nested.encode()) == {"a": nested}


def test_a_query_has_at_most_1000_parameters() -> None:
    assert len(query_members(b"&".join(b"p%d=1" % number for number in range(1000)))) == 1000
    with pytest.raises(InputError, match="more than 1000 parameters"):
        query_members(b"&".join(b"p%d=1" % number for number in range(1001)))


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        pytest.param(b'{"num": 1, "name": "x"}', {"num": 1, "name": "x"}, id="all"),
        pytest.param(b'{"num": 1}', {"num": 1, "name": "anon"}, id="a default"),
        pytest.param(b'{"num": null}', {"num": None, "name": "anon"}, id="null counts as given"),
        pytest.param(b'{"num": 1, "other": 2}', {"num": 1, "name": "anon"}, id="unknown members are left out"),
        pytest.param(b'{"num": 1, "num": 2}', {"num": 2, "name": "anon"}, id="the last of a repeated member"),
        pytest.param('{"num": "é"}'.encode("utf-16"), {"num": "é", "name": "anon"}, id="UTF-16"),
    ],
)
def test_schema_mode_binds_members_by_name(body: bytes, arguments: dict[str, Any]) -> None:
    assert bind(SCHEMA, post(body)) == arguments


def test_schema_mode_binds_query_parameters_by_name() -> None:
    assert bind(SCHEMA, get(b"num=[[1,2]]&name=x&other=1")) == {"num": [[1, 2]], "name": "x"}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (post(b""), "POST body is empty. Expecting a JSON dictionary."),
        (
            post(b"{"),
            "POST body could not be decoded as JSON: Expecting property name enclosed in double quotes: "
            "line 1 column 2 (char 1)",
        ),
        (post(b"[1]"), "POST body should be a JSON dictionary."),
        (post(b"null"), "POST body should be a JSON dictionary."),
        (post(b"{}"), "A value is not provided for the 'num' parameter."),
        (get(b"name=x"), "A value is not provided for the 'num' parameter."),
    ],
    ids=["empty", "malformed", "list", "null", "missing", "missing in query"],
)
def test_schema_mode_refuses_with_the_originals_words(request_: Request, message: str) -> None:
    with pytest.raises(InputError) as caught:
        bind(SCHEMA, request_)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("content_type", "is_accepted"),
    [
        (b"application/json", True),
        (b"Application/JSON; charset=utf-8", True),
        (b"application/json ;x=y", True),
        (b"application/problem+json", True),
        (b"application/vnd.api+JSON;v=1", True),
        (b"text/json", False),
        (b"text/plain", False),
        (b"application/jsonx", False),
        (b"application/x-www-form-urlencoded", False),
        (b"", False),
        (None, False),
    ],
)
def test_schema_mode_needs_a_json_content_type(content_type: bytes | None, is_accepted: bool) -> None:
    assert is_json(content_type) is is_accepted
    headers = [(b"content-type", content_type)] if content_type is not None else []
    request = post(b'{"num": 1}', headers)
    if is_accepted:
        assert bind(SCHEMA, request)["num"] == 1
    else:
        with pytest.raises(MediaTypeError, match="Expects Content-Type to be application/json"):
            bind(SCHEMA, request)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
def test_raw_mode_hands_the_request_over_unread(method: str) -> None:
    headers: Headers = [(b"host", b"h"), (b"content-length", b"3"), (b"content-type", b"text/plain")]
    arguments = bind(RAW, Request(method, b"/score?a=1", b"/score", b"a=1", headers, b"\xff\x00x"))
    request = arguments.pop("request")
    assert arguments == {}
    assert isinstance(request, AMLRequest)
    assert (request.method, request.full_path, request.get_data()) == (method, "/score?a=1", b"\xff\x00x")


@pytest.mark.parametrize("mode", list(Mode))
def test_request_headers_come_along_in_every_mode(mode: Mode) -> None:
    contract = Contract(mode, (Parameter("num", True),), wants_headers=True)
    headers = [*JSON, (b"host", b"h"), (b"x-ms-request-id", b"abc")]
    arguments = bind(contract, post(b'{"num": 1}', headers))
    expected = {"Content-Type": "application/json", "Host": "h", "X-Ms-Request-Id": "abc"}
    assert arguments["request_headers"] == expected
    assert type(arguments["request_headers"]) is dict


def test_header_names_are_title_cased_and_repeated_ones_joined() -> None:
    headers: Headers = [(b"traceparent", b"00-1"), (b"x-a", b"1"), (b"x_b", b"2"), (b"x-a", b"2"), (b"x-c", b"\xe9")]
    assert title_cased(headers) == {"Traceparent": "00-1", "X-A": "1,2", "X-C": "é"}


@pytest.mark.parametrize("depth", [900, 990, 1000, 1010, 5000])
def test_a_deeply_nested_query_is_answered_or_refused_but_never_breaks_the_server(depth: int) -> None:
    query = b"a=" + b"[" * depth + b"]" * depth
    try:
        text = bind(STRING, get(query))["data"]
    except AnswerError:
        return
    assert text.startswith('{"a": ')
