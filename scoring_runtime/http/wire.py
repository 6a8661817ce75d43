"""A response as bytes: status line, headers, and the framing that the request and the connection ask for. Pure."""

from __future__ import annotations

from http import HTTPStatus

from scoring_runtime.http.incoming import Incoming
from scoring_runtime.http.responses import Response
from scoring_runtime.request import Headers, Request

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
# Statuses that never have a body, nor a length (RFC 9110, 8.6).
BODILESS = (204, 304)


def _status_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n".encode()


_STATUS_LINES = {status: _status_line(status) for status in range(200, 600)}


def is_chunked(response: Response, request: Request) -> bool:
    """Whether the answer's stream is sent in chunks; to HTTP/1.0 it ends with the connection."""
    return response.stream is not None and request.http_version == "1.1"


def encode_head(response: Response, request: Request, date: Headers, is_last: bool) -> bytes:
    """The head of the answer; `is_last` announces that the connection closes after it."""
    parts = [_STATUS_LINES[response.status], *(b"%b: %b\r\n" % header for header in response.headers)]
    if response.stream is None:
        if response.status not in BODILESS:
            parts.append(b"Content-Length: %d\r\n" % len(response.body))
    elif request.http_version == "1.1":
        parts.append(b"Transfer-Encoding: chunked\r\n")
    for name, value in date:
        parts += (name, b": ", value, b"\r\n")
    if is_last:
        parts.append(b"Connection: close\r\n")
    elif request.http_version == "1.0":
        parts.append(b"Connection: keep-alive\r\n")
    parts.append(b"\r\n")
    return b"".join(parts)


def expects_continue(headers: Headers) -> bool:
    """Whether the client waits for CONTINUE before it sends the body."""
    return any(name == b"expect" for name, _ in headers)


def encode_request_head(method: bytes, message: Incoming) -> bytes:
    """The head of a request as it came, but without its Upgrade header."""
    lines = [b"%b: %b\r\n" % header for header in message.headers if header[0] != b"upgrade"]
    return b"%b %b HTTP/%b\r\n%b\r\n" % (method, message.target, message.http_version.encode(), b"".join(lines))


def has_body(response: Response, request: Request) -> bool:
    return request.method != "HEAD" and response.status not in BODILESS


def encode_chunk(chunk: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(chunk), chunk)
