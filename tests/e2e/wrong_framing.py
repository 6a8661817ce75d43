"""Requests that are wrong as HTTP messages, for a server in string mode whose bodies are limited to MAX_BODY_BYTES."""

from __future__ import annotations

from tests.e2e.wrong_request import WrongRequest, chunked, get, head, post

MAX_BODY_BYTES = 4096
NOT_HTTP = "The request is not valid HTTP/1.1: ..."
BAD_HOST = "The Host header is not a host name with an optional port"
ONLY_CHUNKED = "The only Transfer-Encoding understood is chunked, and only in HTTP/1.1"
TOO_LARGE = f"The request's body must not exceed {MAX_BODY_BYTES} bytes"
TOO_MANY = "A request must not have more than 100 headers"
TOO_LONG = "A header must not exceed 16384 bytes"
NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and "
    "try again."
)
NOT_ALLOWED = "The method is not allowed for the requested URL."
HOST = b"Host: h"
LENGTH = b"Content-Length: "
ENCODING = b"Transfer-Encoding: "
CHUNKS = b"5\r\nhello\r\n0\r\n\r\n"


def _post(*lines: bytes, body: bytes = b"hello", version: bytes = b" HTTP/1.1") -> bytes:
    return head(HOST, *lines, method=b"POST", version=version) + body


def _bad(name: str, data: bytes, message: str = NOT_HTTP) -> WrongRequest:
    return WrongRequest(name, data, 400, message)


HOSTS = [
    _bad("no Host", head(), "A request must have a Host header, this one has none"),
    _bad("two Hosts", head(HOST, HOST), "A request must have one Host header, this one has several"),
    *(_bad(f"Host {host}", head(b"Host: " + host.encode()), BAD_HOST) for host in ("a b", "a,b", "a/b@c", "x@y")),
    _bad("Host with a path", head(b"Host: a/../score?"), BAD_HOST),
    _bad("Host with two ports", head(b"Host: a:80:80"), BAD_HOST),
]

LENGTHS = [
    *(
        _bad(f"Content-Length {length or 'empty'}", _post(LENGTH + length.encode()))
        for length in ("5, 5", "+5", "5_0", "0x5", "-1", "", "5 5", "1" + "0" * 20)
    ),
    _bad("Content-Length of 5,000 digits", _post(LENGTH + b"9" * 5000)),
    _bad("two different Content-Lengths", _post(LENGTH + b"5", LENGTH + b"6")),
    _bad("two equal Content-Lengths", _post(LENGTH + b"5", LENGTH + b"5")),
    _bad("Content-Length, then Transfer-Encoding", _post(LENGTH + b"5", ENCODING + b"chunked", body=CHUNKS)),
    _bad("Transfer-Encoding, then Content-Length", _post(ENCODING + b"chunked", LENGTH + b"5", body=CHUNKS)),
]

ENCODINGS = [
    *(
        _bad(f"Transfer-Encoding {coding}", _post(ENCODING + coding.encode(), body=CHUNKS), ONLY_CHUNKED)
        for coding in ("xchunked", ",chunked", "identity", "gzip", "gzip, chunked", '"chunked"')
    ),
    *(
        _bad(f"Transfer-Encoding {coding!r}", _post(ENCODING + coding.encode(), body=CHUNKS))
        for coding in ("chunked, identity", "chunked, chunked", "chunked\x0b", "")
    ),
    _bad("two Transfer-Encodings", _post(ENCODING + b"chunked", ENCODING + b"chunked", body=CHUNKS)),
    _bad("chunked in HTTP/1.0", _post(ENCODING + b"chunked", body=CHUNKS, version=b" HTTP/1.0"), ONLY_CHUNKED),
]

CHUNKED = [
    *(
        _bad(f"chunk size {size!r}", chunked(size.encode(), b"\r\nhello\r\n0\r\n\r\n"))
        for size in ("0x5", "-5", "5_", " 5", "", "f" * 17)
    ),
    _bad("chunk data without an end", chunked(b"5\r\nhello0\r\n\r\n")),
    _bad("chunk data that goes on", chunked(b"5\r\nhelloXX0\r\n\r\n")),
    _bad("bare LF in chunk lines", chunked(b"5\nhello\n0\n\n")),
    _bad("bare LF in the last chunk", chunked(b"5\r\nhello\r\n0\n\n")),
    _bad("bare LF in a chunk extension", chunked(b"5;a\nb\r\nhello\r\n0\r\n\r\n")),
    WrongRequest("chunk extension of 1 MiB", chunked(b"5;" + b"x" * 1_048_576 + b"\r\nhello\r\n0\r\n\r\n"), 400, "..."),
    WrongRequest("trailers of 1 MiB", chunked(b"5\r\nhello\r\n0\r\n", b"X: y\r\n" * 180_000, b"\r\n"), 400, "..."),
]

LINES = [
    _bad("bare LF after the request line", b"GET / HTTP/1.1\nHost: h\r\n\r\n"),
    _bad("bare LF after a header", b"GET / HTTP/1.1\r\nHost: h\n\r\n"),
    _bad("bare LF after the head", b"GET / HTTP/1.1\r\nHost: h\r\n\n"),
    _bad("bare CR in a header", head(HOST, b"X: a\rb")),
    _bad("bare CR after the request line", b"GET / HTTP/1.1\rHost: h\r\n\r\n"),
    _bad("folded header", head(HOST, b"X: a\r\n b")),
    _bad("space before the colon", head(HOST, b"X : a")),
    _bad("NUL in a value", head(HOST, b"X: a\0b")),
    _bad("NUL in a name", head(HOST, b"X\0: a")),
    _bad("byte 0x80 in a name", head(HOST, b"X\x80: a")),
    _bad("empty name", head(HOST, b": a")),
    _bad("header without a colon", head(HOST, b"X")),
]

VERSIONS = [
    _bad("no version", head(HOST, version=b" ")),
    WrongRequest("HTTP/0.9 with headers", head(HOST, version=b""), 505, "HTTP version 0.9 is not supported, only ..."),
    _bad("HTTP/1.2", head(HOST, version=b" HTTP/1.2")),
    WrongRequest("HTTP/2.0", head(HOST, version=b" HTTP/2.0"), 505, "HTTP version 2.0 is not supported, only ..."),
    _bad("http/1.1 in lower case", head(HOST, version=b" http/1.1")),
    _bad("words after the version", head(HOST, version=b" HTTP/1.1 x")),
    _bad("preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    _bad("TLS to the plain port", bytes.fromhex("16030102000100") + bytes(509)),
]


def _refused_method(method: str, target: str = "/score") -> WrongRequest:
    data = get(target.encode(), method=method.encode())
    return WrongRequest(f"{method[:10]} {target}", data, 405, NOT_ALLOWED, is_last=False)


def _unknown(target: str) -> WrongRequest:
    return WrongRequest(f"GET {target}", get(target.encode()), 404, NOT_FOUND, is_last=False)


METHODS = [
    *map(_refused_method, ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND")),
    *(_refused_method("POST", target) for target in ("/", "/swagger.json", "/health/live", "/health/ready")),
    WrongRequest("unknown method", get(b"/score", method=b"FOO"), 405, NOT_ALLOWED),
    _bad("method in lower case", get(b"/score", method=b"get")),
    WrongRequest("CONNECT", get(b"h:80", method=b"CONNECT"), 405, NOT_ALLOWED),
    WrongRequest("HEAD /score", get(b"/score", method=b"HEAD"), 405, "Method not allowed", is_last=False),
    WrongRequest("HEAD of an unknown path", get(b"/no", method=b"HEAD"), 404, NOT_FOUND, is_last=False),
]

TARGETS = [
    *map(_unknown, ("/nowhere", "/score/", "/SCORE", "/score;x=1", "/score%2f", "/score%00", "/a:b")),
    WrongRequest("OPTIONS *", get(b"*", method=b"OPTIONS"), 404, NOT_FOUND, is_last=False),
    *map(_unknown, ("/%2e%2e/score", "/../score", "/%ff", "/%c0%ae", "/%zz", "/score%0d%0aX:%20y")),
    _bad("byte 0xFF in the path", get(b"/\xff")),
    _bad("byte 0xFF in the query", get(b"/score?\xff")),
    _bad("space in the query", get(b"/score?a=b c")),
    _bad("authority as target", get(b"h:80")),
    _bad("target @evil", get(b"@evil")),
    _bad("target without a slash", get(b"score")),
    _bad("absolute target, wrong port", get(b"http://h:99999/"), "The request's target is not a valid URL"),
    WrongRequest("path of 100 KiB", get(b"/" + b"a" * 102_400), 414, "The request's target must not exceed 8192 bytes"),
    WrongRequest("query of 8 KiB", get(b"/score?" + b"a" * 8192), 414, "The request's target must not exceed ..."),
]

HEADERS = [
    WrongRequest("101 headers", head(HOST, *[b"X: y"] * 100), 431, TOO_MANY),
    WrongRequest("10,000 headers", head(HOST, *[b"X: y"] * 9999), 431, TOO_MANY),
    WrongRequest("header of 16 KiB", head(HOST, b"X: " + b"y" * 16_384), 431, TOO_LONG),
    WrongRequest("header of 1 MiB", head(HOST, b"X: " + b"y" * 1_048_576), 431, "..."),
    WrongRequest("header name of 64 KiB", head(HOST, b"X" * 65_536 + b": y"), 431, "..."),
    WrongRequest("headers of 36 KiB", head(HOST, *[b"X: " + b"y" * 6000] * 6), 431, "The headers together ..."),
    WrongRequest("Expect: foo", _post(b"Expect: foo", LENGTH + b"5"), 417, "..."),
    WrongRequest("Expect with too large a body", _post(b"Expect: 100-continue", LENGTH + b"5000"), 413, TOO_LARGE),
]

BODIES = [
    WrongRequest("one byte too many", post(b"x" * (MAX_BODY_BYTES + 1)), 413, TOO_LARGE),
    WrongRequest("body of 10 MB", post(b"x" * 10_000_000), 413, TOO_LARGE),
    WrongRequest("Content-Length 10^18", _post(LENGTH + b"1" + b"0" * 18), 413, TOO_LARGE),
    WrongRequest("endless chunks", chunked(*[b"400\r\n" + b"x" * 1024 + b"\r\n"] * 5), 413, TOO_LARGE),
    WrongRequest("one chunk too large", chunked(b"10000000\r\n" + b"x" * 8192), 413, TOO_LARGE),
]

CASES = [
    *HOSTS,
    *LENGTHS,
    *ENCODINGS,
    *CHUNKED,
    *LINES,
    *VERSIONS,
    *METHODS,
    *TARGETS,
    *HEADERS,
    *BODIES,
]
