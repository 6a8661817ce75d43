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
    return f"HTTP/1.1 {status} {phrase}".encode()


# A header's name and value, together.
_header_line = b": ".join
_STATUS_LINES = {status: _status_line(status) for status in range(200, 600)}


def encode(response: Response, request: Request, date: Headers, is_last: bool) -> bytes:
    """The answer, without what is streamed; `is_last` announces that the connection closes after it."""
    lines = [_STATUS_LINES[response.status], *map(_header_line, response.headers)]
    is_bodiless = response.status in BODILESS
    if response.stream is None:
        if not is_bodiless:
            lines.append(b"Content-Length: %d" % len(response.body))
    elif request.http_version == "1.1":
        lines.append(b"Transfer-Encoding: chunked")
    lines += map(_header_line, date)
    if is_last:
        lines.append(b"Connection: close")
    elif request.http_version == "1.0":
        lines.append(b"Connection: keep-alive")
    lines.append(b"")
    lines.append(b"" if is_bodiless or request.method == "HEAD" else response.body)
    return b"\r\n".join(lines)


def encode_request_head(message: Incoming) -> bytes:
    """The head of a request as it came, but without its Upgrade header."""
    lines = [b"%b: %b\r\n" % header for header in message.headers if header[0] != b"upgrade"]
    method, version = message.method.encode(), message.http_version.encode()
    return b"%b %b HTTP/%b\r\n%b\r\n" % (method, message.target, version, b"".join(lines))


def encode_chunk(chunk: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(chunk), chunk)
