"""Responses as bytes."""

from __future__ import annotations

import pytest

from scoring_runtime.http import wire
from scoring_runtime.http.responses import Response
from scoring_runtime.request import Request
from scoring_runtime.stream import Stream

DATE = b"date: today\r\n"


def request_of(method: str = "GET", version: str = "1.1") -> Request:
    return Request(method, b"/", b"/", b"", [], http_version=version)


def response_of(status: int = 200, is_stream: bool = False) -> Response:
    return Response(status, b"A: 1\r\n", b"body", Stream(iter([])) if is_stream else None)


def encoded(response: Response, request: Request, is_last: bool = False) -> list[bytes]:
    head, _ = wire.encode(response, request, DATE, is_last).split(b"\r\n\r\n")
    return head.split(b"\r\n")


@pytest.mark.parametrize(
    ("status", "line"),
    [(200, b"HTTP/1.1 200 OK"), (404, b"HTTP/1.1 404 Not Found"), (299, b"HTTP/1.1 299 "), (599, b"HTTP/1.1 599 ")],
)
def test_status_line(status: int, line: bytes) -> None:
    assert encoded(response_of(status), request_of())[0] == line


@pytest.mark.parametrize(
    ("response", "request_", "is_last", "framing"),
    [
        pytest.param(response_of(), request_of(), False, [b"Content-Length: 4"], id="a body"),
        pytest.param(
            response_of(), request_of(), True, [b"Content-Length: 4", b"Connection: close"], id="the last answer"
        ),
        pytest.param(response_of(), request_of("HEAD"), False, [b"Content-Length: 4"], id="HEAD"),
        pytest.param(response_of(204), request_of(), False, [], id="204"),
        pytest.param(response_of(304), request_of(), False, [], id="304"),
        pytest.param(response_of(is_stream=True), request_of(), False, [b"Transfer-Encoding: chunked"], id="a stream"),
        pytest.param(
            response_of(is_stream=True), request_of(version="1.0"), True, [b"Connection: close"], id="a stream in 1.0"
        ),
        pytest.param(
            response_of(),
            request_of(version="1.0"),
            False,
            [b"Content-Length: 4", b"Connection: keep-alive"],
            id="1.0 kept alive",
        ),
    ],
)
def test_framing(response: Response, request_: Request, is_last: bool, framing: list[bytes]) -> None:
    lines = encoded(response, request_, is_last)
    assert lines[1] == b"A: 1"
    assert b"date: today" in lines
    assert sorted(set(lines[1:]) - {b"A: 1", b"date: today"}) == sorted(framing)


@pytest.mark.parametrize(
    ("method", "status", "body"),
    [("GET", 200, b"body"), ("POST", 500, b"body"), ("HEAD", 200, b""), ("GET", 204, b""), ("GET", 304, b"")],
)
def test_answers_with_a_body(method: str, status: int, body: bytes) -> None:
    assert wire.encode(response_of(status), request_of(method), DATE, is_last=False).partition(b"\r\n\r\n")[2] == body


@pytest.mark.parametrize(("chunk", "size"), [(b"x", b"1"), (b"x" * 255, b"ff"), (b"x" * 4096, b"1000")])
def test_chunks(chunk: bytes, size: bytes) -> None:
    assert wire.encode_chunk(chunk) == size + b"\r\n" + chunk + b"\r\n"
