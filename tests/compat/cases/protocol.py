"""Ids, routes, methods, limits and cross-origin headers: what the server does around run()."""

from __future__ import annotations

from itertools import product

from tests.compat import deviations
from tests.compat.case import Body, Case, Deviation, Group, Headers, Request, Setup, get, post

ECHO = Setup("echo.py")
LONG = "x" * 101
ALLOWED = "x" * 100


def _ids(request_id: str | None, ms_request_id: str | None, client_id: str | None) -> Headers:
    values = zip(
        ("x-request-id", "x-ms-request-id", "x-ms-client-request-id"),
        (request_id, ms_request_id, client_id),
        strict=True,
    )
    return tuple((name, value) for name, value in values if value is not None)


ID_TABLE = tuple(
    Case(f"ids {'/'.join(each or '-' for each in ids)}", post("x", headers=_ids(*ids)))
    for ids in product((None, "a"), (None, "b"), (None, "c"))
)
ID_LENGTHS = tuple(
    Case(f"{name} of {length}", Request(method, target, ((name, "x" * length),)))
    for name in ("x-request-id", "x-ms-request-id", "x-ms-client-request-id")
    for length in (0, 100, 101)
    for method, target in (("POST", "/score"), ("GET", "/"))
)
ID_CASES = (
    *ID_TABLE,
    *(Case(f"{case.request.target} {case.name}", case.request) for case in ID_LENGTHS),
    Case("two too long", post("x", headers=_ids(LONG, LONG, None))),
    Case("too long beside a good one", post("x", headers=_ids("a", LONG, "c"))),
    Case("three of 100", post("x", headers=_ids(ALLOWED, ALLOWED, ALLOWED))),
    Case("non-ascii id", post("x", headers=(("x-request-id", "\xe9"),))),
    Case("id with spaces", post("x", headers=(("x-request-id", "  a  b  "),))),
    Case("id twice", post("x", headers=(("x-request-id", "a"), ("x-request-id", "b")))),
    Case("id in capitals", post("x", headers=(("X-REQUEST-ID", "a"),))),
    Case("ids on the health route", Request("GET", "/", _ids("a", None, "c"))),
    Case("ids on swagger", Request("GET", "/swagger.json", _ids(None, "b", None))),
    Case("ids on 404", Request("GET", "/nowhere", _ids("a", "b", "c"))),
    Case("ids on 405", Request("PUT", "/score", _ids("a", "b", "c"))),
    Case("ids on 400", post(b"\xff", headers=_ids("a", "b", "c"))),
    Case("too long on 404", Request("GET", "/nowhere", _ids(LONG, None, None))),
    Case("too long on OPTIONS", Request("OPTIONS", "/score", _ids(LONG, None, None))),
    Case("too long on swagger", Request("GET", "/swagger.json", _ids(None, None, LONG))),
    Case("trace id", post("x", headers=(("TraceId", "t"),))),
    Case("trace id in lower case", post("x", headers=(("traceid", "t"),))),
    Case("trace id on 404", Request("GET", "/nowhere", (("TraceId", "t"),))),
    Case("trace id on 431", post("x", headers=(("TraceId", "t"), ("x-request-id", LONG)))),
    Case("empty trace id", post("x", headers=(("TraceId", ""),))),
    Case("traceparent is not answered", post("x", headers=(("traceparent", "00-a-b-01"),))),
)

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW")
NOWHERE = ("CONNECT", "BREW")
UNKNOWN = ("/score/", "/nowhere")
PATHS = ("/", "/swagger.json", "/score/", "/nowhere")
ROUTES = (
    *(
        Case(
            f"{method} {path}",
            Request(method, path),
            Body.LENGTH if method == "HEAD" else Body.BYTES,
            deviation=deviations.NEVER_OFFERED if method in NOWHERE and path in UNKNOWN else None,
        )
        for path in PATHS
        for method in METHODS
        if (method, path) not in {("GET", "/swagger.json"), ("CONNECT", "/")}
    ),
    *(
        Case(f"GET {path}", Request("GET", path))
        for path in (
            "/?x=1",
            "//",
            "//score",
            "/Score",
            "/score/x",
            "/%73core",
            "/score%2F",
            "/swagger",
            "/health",
            "/.",
        )
    ),
    *(Case(f"GET {path}", Request("GET", path)) for path in ("/score;a=1", "/score#x", "/../score", "/favicon.ico")),
)

FIELD = "y" * 8000
LIMITS = (
    Case("target of 4,000", Request("GET", "/score?a=" + "x" * 4000)),
    Case("target of 5,000", Request("GET", "/score?a=" + "x" * 5000), deviation=deviations.WIDER_LIMITS),
    Case("field of 8,000", get(headers=(("x-a", FIELD),))),
    Case("field of 9,000", get(headers=(("x-a", FIELD + "y" * 1000),)), deviation=deviations.WIDER_LIMITS),
    Case("90 fields", get(headers=tuple((f"x-{number}", "1") for number in range(90)))),
    Case(
        "120 fields",
        get(headers=tuple((f"x-{number}", "1") for number in range(120))),
        deviation=deviations.PROTOCOL_ERROR,
    ),
    Case("3 MB body", post(b"x" * 3_000_000), Body.LENGTH),
)
MALFORMED = {
    "garbage": b"garbage\r\n\r\n",
    "no version": b"GET /score\r\n\r\n",
    "version 3": b"GET /score HTTP/3.0\r\nHost: localhost\r\n\r\n",
    "no host": b"GET /score HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /score HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "space in a name": b"GET /score HTTP/1.1\r\nHost: localhost\r\nx a: b\r\n\r\n",
    "space before the colon": b"GET /score HTTP/1.1\r\nHost: localhost\r\nx-a : b\r\n\r\n",
    "no colon": b"GET /score HTTP/1.1\r\nHost: localhost\r\nxa\r\n\r\n",
    "folded field": b"GET /score HTTP/1.1\r\nHost: localhost\r\nx-a: b\r\n c\r\n\r\n",
    "NUL in a value": b"GET /score HTTP/1.1\r\nHost: localhost\r\nx-a: b\x00c\r\n\r\n",
    "bad length": b"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\nx",
    "negative length": b"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\nx",
    "plus sign in the length": b"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Length: +1\r\n\r\nx",
    "two lengths": b"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
    "length and chunked": b"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    "unknown coding": b"POST /score HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\nx",
    "bad chunk size": b"POST /score HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"zz\r\nx\r\n0\r\n\r\n",
    "space in the target": b"GET /score?a=b c HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "relative target": b"GET score HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bare line feeds": b"GET /score HTTP/1.1\nHost: localhost\n\n",
    "non-ascii target": b"GET /score?a=\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "blank line first": b"\r\nGET /score HTTP/1.1\r\nHost: localhost\r\n\r\n",
}
REFUSED_OTHERWISE: dict[str, Deviation | None] = {
    "no version": deviations.HTTP_VERSION,
    "no host": deviations.NO_HOST,
    "bad chunk size": deviations.BAD_CHUNK,
    "asterisk": None,
    "blank line first": None,
}
REFUSED = tuple(
    Case(name, Request(raw=each), deviation=REFUSED_OTHERWISE.get(name, deviations.PROTOCOL_ERROR))
    for name, each in MALFORMED.items()
)

GROUPS = (
    Group("protocol / ids", ECHO, ID_CASES, lines=("x-ms-request-id header has been deprecated",)),
    Group("protocol / routes", ECHO, ROUTES),
    Group("protocol / limits", ECHO, LIMITS),
    Group("protocol / malformed", ECHO, REFUSED),
)
