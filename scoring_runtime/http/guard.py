"""What a request's head must be like before anything looks at it: sizes, version, Host, framing. Pure functions.

The parser (llhttp) checks syntax; these checks close what it leaves open. Limits and their precedents:

    request line   8 KiB   gunicorn 4 KiB, nginx 8 KiB
    one header    16 KiB   gunicorn 8 KiB, h11 16 KiB
    all headers   32 KiB   nginx 4 x 8 KiB
    count         100      gunicorn 100
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

from scoring_runtime.errors import (
    AnswerError,
    BodyTooLargeError,
    ExpectationError,
    HeadersTooLargeError,
    InputError,
    MethodError,
    TargetTooLongError,
    VersionError,
)
from scoring_runtime.request import Headers

MAX_TARGET_BYTES = 8 * 1024
MAX_HEADER_BYTES = 16 * 1024
MAX_HEAD_BYTES = 32 * 1024
MAX_HEADERS = 100
# The head is looked at when it is complete. One that never is gets cut off here.
MAX_UNPARSED_HEAD_BYTES = 2 * MAX_HEAD_BYTES
# A body in chunks of one byte takes six bytes for each.
MAX_WIRE_RATIO = 8
# Clients name the server by one of few names.
_KEPT_HOSTS = 64

_HOST = re.compile(rb"[A-Za-z0-9\-._~%!$&'()*+;=]*(:[0-9]*)?|\[[0-9A-Fa-f:.]+\](:[0-9]*)?")


def check_target(size_bytes: int) -> AnswerError | None:
    if size_bytes > MAX_TARGET_BYTES:
        return TargetTooLongError(f"The request's target must not exceed {MAX_TARGET_BYTES} bytes")
    return None


def check_overhead(has_head: bool, wire_bytes: int, body_bytes: int) -> AnswerError | None:
    """Bounds what a request may send besides its body: an endless head, chunk extensions, trailers.

    `wire_bytes` is what has come of an unfinished request since its first segment.
    """
    if not has_head:
        return head_too_large() if wire_bytes > MAX_UNPARSED_HEAD_BYTES else None
    if wire_bytes > MAX_UNPARSED_HEAD_BYTES + MAX_WIRE_RATIO * body_bytes:
        return InputError(f"The request has more than {MAX_WIRE_RATIO} times as much framing as body")
    return None


def head_too_large() -> HeadersTooLargeError:
    return HeadersTooLargeError(f"The headers together must not exceed {MAX_HEAD_BYTES} bytes")


def check_head(
    method: str, version: str, headers: Headers, named: dict[bytes, bytes], max_body_bytes: int, received_bytes: int
) -> AnswerError | None:
    """The first reason to refuse a complete head, or None.

    `named` has `headers` by name; `received_bytes` is no less than the size of the head.
    """
    if method == "CONNECT":
        return MethodError()
    if version not in ("1.1", "1.0"):
        return VersionError(f"HTTP version {version} is not supported, only 1.0 and 1.1")
    return (
        (_check_sizes(headers) if received_bytes > MAX_HEADER_BYTES or len(headers) > MAX_HEADERS else None)
        or (_check_host(version, headers) if not _is_host(named.get(b"host")) else None)
        or (_check_encoding(version, headers) if b"transfer-encoding" in named else None)
        or (_check_expectation(dict(headers)[b"expect"]) if b"expect" in named else None)
        or (too_large(max_body_bytes) if int(named.get(b"content-length", 0)) > max_body_bytes else None)
    )


def _check_sizes(headers: Headers) -> AnswerError | None:
    if len(headers) > MAX_HEADERS:
        return HeadersTooLargeError(f"A request must not have more than {MAX_HEADERS} headers")
    total_bytes = sum(map(len, chain.from_iterable(headers)))
    if total_bytes <= MAX_HEADER_BYTES:
        return None
    if max(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
        return HeadersTooLargeError(f"A header must not exceed {MAX_HEADER_BYTES} bytes")
    return head_too_large() if total_bytes > MAX_HEAD_BYTES else None


@lru_cache(_KEPT_HOSTS)
def _is_host(host: bytes | None) -> bool:
    """Several are joined by a comma, which no host has."""
    return host is not None and _HOST.fullmatch(host) is not None


def _check_host(version: str, headers: Headers) -> AnswerError | None:
    count = sum(name == b"host" for name, _ in headers)
    if count == 0:
        return None if version == "1.0" else InputError("A request must have a Host header, this one has none")
    if count > 1:
        return InputError("A request must have one Host header, this one has several")
    return InputError("The Host header is not a host name with an optional port")


def _check_encoding(version: str, headers: Headers) -> AnswerError | None:
    encodings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if version == "1.1" and encodings == [b"chunked"]:
        return None
    return InputError("The only Transfer-Encoding understood is chunked, and only in HTTP/1.1")


def _check_expectation(expected: bytes) -> AnswerError | None:
    if expected.lower() == b"100-continue":
        return None
    return ExpectationError("The only Expect header understood is 100-continue")


def too_large(max_body_bytes: int) -> BodyTooLargeError:
    return BodyTooLargeError(f"The request's body must not exceed {max_body_bytes} bytes")
