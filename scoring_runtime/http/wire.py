"""A response as bytes: status line, headers, and the framing that the request and the connection ask for. Pure."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus

from scoring_runtime.http.incoming import Incoming
from scoring_runtime.http.responses import Response
from scoring_runtime.request import Request

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CLOSE = b"Connection: close\r\n\r\n"
KEEP_ALIVE = b"Connection: keep-alive\r\n\r\n"
_KEPT_LENGTHS = 256
# Statuses that never have a body, nor a length (RFC 9110, 8.6).
BODILESS = (204, 304)


def _status_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n".encode()


_STATUS_LINES = {status: _status_line(status) for status in range(200, 600)}


def encode(response: Response, request: Request, date: bytes, is_last: bool) -> bytes:
    """The answer, without what is streamed; `date` are header lines, `is_last` announces that the connection closes."""
    status, body = response.status, response.body
    if status in BODILESS:
        framing = body = b""
    else:
        framing = _length_line(len(body))
    if response.stream is not None:
        framing = CHUNKED if request.http_version == "1.1" else b""
    if request.method == "HEAD":
        body = b""
    end = CLOSE if is_last else KEEP_ALIVE if request.http_version == "1.0" else b"\r\n"
    return b"".join((_STATUS_LINES[status], response.lines, framing, date, end, body))


@lru_cache(_KEPT_LENGTHS)
def _length_line(size_bytes: int) -> bytes:
    return b"Content-Length: %d\r\n" % size_bytes


def encode_request_head(message: Incoming) -> bytes:
    """The head of a request as it came, but without its Upgrade header."""
    lines = [b"%b: %b\r\n" % header for header in message.headers if header[0] != b"upgrade"]
    method, version = message.method.encode(), message.http_version.encode()
    return b"%b %b HTTP/%b\r\n%b\r\n" % (method, message.target, version, b"".join(lines))


def encode_chunk(chunk: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(chunk), chunk)
