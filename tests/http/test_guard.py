"""Heads that are taken and heads that are refused."""

from __future__ import annotations

import pytest

from scoring_runtime.http import guard
from scoring_runtime.request import Headers, by_name

HOST = (b"host", b"h")
MAX_BODY_BYTES = 100


def status(*headers: tuple[bytes, bytes], version: str = "1.1") -> int | None:
    size_bytes = sum(len(name) + len(value) for name, value in headers)
    error = guard.check_head("GET", version, list(headers), by_name(list(headers)), MAX_BODY_BYTES, size_bytes)
    return error.status if error else None


@pytest.mark.parametrize(
    "host",
    [b"h", b"h:80", b"h:", b"127.0.0.1:5001", b"[::1]:80", b"[::1]", b"a-b.example_c.com", b"", b"xn--nxasmq6b.com"],
)
def test_hosts_that_are_taken(host: bytes) -> None:
    assert status((b"host", host)) is None


@pytest.mark.parametrize("host", [b"h h", b"h/x", b"http://h", b"h:80:80", b"h:x", b"[::1", b"a@b", b"h\xe9", b"a,b"])
def test_hosts_that_are_refused(host: bytes) -> None:
    assert status((b"host", host)) == 400


def test_one_host() -> None:
    assert status() == 400
    assert status(HOST, HOST) == 400
    assert status(version="1.0") is None


@pytest.mark.parametrize("version", ["0.9", "2.0", "1.2"])
def test_versions(version: str) -> None:
    assert status(HOST, version=version) == 505


@pytest.mark.parametrize(
    ("headers", "version", "expected"),
    [
        ([(b"transfer-encoding", b"chunked")], "1.1", None),
        ([(b"transfer-encoding", b"Chunked")], "1.1", None),
        ([(b"transfer-encoding", b"gzip, chunked")], "1.1", 400),
        ([(b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")], "1.1", 400),
        ([(b"transfer-encoding", b"chunked")], "1.0", 400),
        ([(b"content-length", b"100")], "1.1", None),
        ([(b"content-length", b"101")], "1.1", 413),
        ([(b"expect", b"100-Continue")], "1.1", None),
        ([(b"expect", b"anything")], "1.1", 417),
    ],
)
def test_framing(headers: Headers, version: str, expected: int | None) -> None:
    assert status(HOST, *headers, version=version) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([(b"a", b"")] * (guard.MAX_HEADERS - 1), None, id="as many as the limit"),
        pytest.param([(b"a", b"")] * guard.MAX_HEADERS, 431, id="one more"),
        pytest.param([(b"a", b"x" * (guard.MAX_HEADER_BYTES - 1))], None, id="as long as the limit"),
        pytest.param([(b"a", b"x" * guard.MAX_HEADER_BYTES)], 431, id="one byte more"),
        pytest.param([(b"a", b"x" * 16_000)] * 2, None, id="all together within the limit"),
        pytest.param([(b"a", b"x" * 16_000)] * 3, 431, id="all together beyond it"),
    ],
)
def test_sizes(headers: Headers, expected: int | None) -> None:
    assert status(HOST, *headers) == expected


def test_target() -> None:
    assert guard.check_target(guard.MAX_TARGET_BYTES) is None
    error = guard.check_target(guard.MAX_TARGET_BYTES + 1)
    assert error is not None
    assert error.status == 414


@pytest.mark.parametrize(
    ("has_head", "wire_bytes", "body_bytes", "expected"),
    [
        (False, guard.MAX_UNPARSED_HEAD_BYTES, 0, None),
        (False, guard.MAX_UNPARSED_HEAD_BYTES + 1, 0, 431),
        (True, guard.MAX_UNPARSED_HEAD_BYTES, 0, None),
        (True, guard.MAX_UNPARSED_HEAD_BYTES + 1, 0, 400),
        (True, 6_000_000, 1_000_000, None),
        (True, 9_000_000, 1_000_000, 400),
    ],
)
def test_overhead(has_head: bool, wire_bytes: int, body_bytes: int, expected: int | None) -> None:
    error = guard.check_overhead(has_head, wire_bytes, body_bytes)
    assert (error.status if error else None) == expected
