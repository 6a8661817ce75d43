"""What a request's head must be like before anything looks at it: sizes, version, Host, framing. Pure functions.

The parser (llhttp) checks syntax; these checks close what it leaves open. Limits and their precedents:

    request line   8 KiB   gunicorn 4 KiB, nginx 8 KiB
    one header    16 KiB   gunicorn 8 KiB, h11 16 KiB
    all headers   32 KiB   nginx 4 x 8 KiB
    count         100      gunicorn 100
"""

from __future__ import annotations

import re

from scoring_runtime.errors import (
    AnswerError,
    BodyTooLargeError,
    HeadersTooLargeError,
    InputError,
    TargetTooLongError,
    VersionError,
)
from scoring_runtime.request import Headers

MAX_TARGET_BYTES = 8 * 1024
MAX_HEADER_BYTES = 16 * 1024
MAX_HEAD_BYTES = 32 * 1024
MAX_HEADERS = 100
# A header is looked at when it is complete. One that never ends is cut off here.
MAX_UNPARSED_HEAD_BYTES = 2 * MAX_HEAD_BYTES

_HOST = re.compile(rb"[A-Za-z0-9\-._~%!$&'()*+;=]*(:[0-9]*)?|\[[0-9A-Fa-f:.]+\](:[0-9]*)?")


def check_target(size_bytes: int) -> AnswerError | None:
    if size_bytes > MAX_TARGET_BYTES:
        return TargetTooLongError(f"The request's target must not exceed {MAX_TARGET_BYTES} bytes")
    return None


def check_header(count: int, header_bytes: int, all_bytes: int) -> AnswerError | None:
    """Looks at one header more, with what has come before it included in `count` and `all_bytes`."""
    if count > MAX_HEADERS:
        return HeadersTooLargeError(f"A request must not have more than {MAX_HEADERS} headers")
    if header_bytes > MAX_HEADER_BYTES:
        return HeadersTooLargeError(f"A header must not exceed {MAX_HEADER_BYTES} bytes")
    return head_too_large() if all_bytes > MAX_HEAD_BYTES else None


def head_too_large() -> HeadersTooLargeError:
    return HeadersTooLargeError(f"The headers together must not exceed {MAX_HEAD_BYTES} bytes")


def check_head(version: str, headers: Headers, max_body_bytes: int) -> AnswerError | None:
    """The first reason to refuse a complete head, or None."""
    if version not in ("1.1", "1.0"):
        return VersionError(f"HTTP version {version} is not supported, only 1.0 and 1.1")
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1 or (not hosts and version == "1.1"):
        return InputError(f"A request must have one Host header, this one has {len(hosts)}")
    if hosts and not _HOST.fullmatch(hosts[0]):
        return InputError("The Host header is not a host name with an optional port")
    return _check_framing(version, headers, max_body_bytes)


def _check_framing(version: str, headers: Headers, max_body_bytes: int) -> AnswerError | None:
    for name, value in headers:
        if name == b"transfer-encoding" and (version == "1.0" or value.strip().lower() != b"chunked"):
            return InputError("The only Transfer-Encoding understood is chunked, and only in HTTP/1.1")
        if name == b"content-length" and int(value) > max_body_bytes:
            return too_large(max_body_bytes)
    return None


def too_large(max_body_bytes: int) -> BodyTooLargeError:
    return BodyTooLargeError(f"The request's body must not exceed {max_body_bytes} bytes")
