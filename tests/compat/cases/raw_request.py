"""What a @rawhttp script sees of a request, by content type and by attribute."""

from __future__ import annotations

from urllib.parse import quote

from tests.compat import deviations
from tests.compat.case import JSON, Case, Group, Headers, Request, Setup

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


def _part(disposition: str, content: bytes, *headers: str) -> bytes:
    head = "\r\n".join([f"Content-Disposition: form-data; {disposition}", *headers])
    return b"--b\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


FIELDS = _part('name="a"', b"1") + _part('name="a"', "é".encode()) + b"--b--\r\n"
FILES = (
    _part('name="image"; filename="p.png"', b"\x89PNG\r\n\x00\xff", "Content-Type: image/png")
    + _part('name="file[]"; filename="one.txt"', b"1", "Content-Type: text/plain; charset=utf-8", "X-A: b")
    + _part('name="file[]"; filename="t\xc3\xa9wo.txt"', b"22")
    + _part('name="a"', b"text")
    + b"--b--\r\n"
)
NO_NAME = _part('filename="x"', b"1") + _part('name="e"; filename=""', b"") + b"--b--\r\n"
CUT = FILES[:60]


def show(
    what: str, body: bytes = b"", content_type: str | None = None, headers: Headers = (), method: str = "POST"
) -> Request:
    """Ask for one part of the request."""
    typed = (("Content-Type", content_type), *headers) if content_type is not None else headers
    return Request(method, f"/score?show={quote(what)}", typed, body)


def _query(what: str, rest: str, method: str = "GET") -> Request:
    return Request(method, f"/score?show={quote(what)}{rest}")


LINES = (
    *(Case(f"{method} line", show("line", method=method)) for method in ("GET", "POST", "OPTIONS", "HEAD")),
    *(Case(f"{method} is not routed", show("line", method=method)) for method in ("PUT", "DELETE", "PATCH")),
    Case("no query", Request("GET", "/score")),
    Case("empty query", Request("GET", "/score?")),
    Case("origin", show("origin")),
    Case(
        "forwarded",
        show("origin", headers=(("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "https"))),
        deviation=deviations.FORWARDED,
    ),
    Case("query", _query("query", "&a=1&b=%20x+y&a=2&c")),
    Case("query with bad utf-8", _query("query", "&a=%ff")),
    Case("query with utf-8", _query("query", "&%C3%A9=%E2%9C%93")),
    Case("first value", _query("first", "&a=1&a=2")),
    Case("typed value", _query("typed", "&a=7&b=x")),
    Case("missing argument", _query("missing", "")),
    Case("url with utf-8", _query("line", "&q=%C3%A9%20%22")),
    Case("encoded path", Request("GET", "/sc%6Fre?show=line")),
    Case("str", show("str")),
    Case("str with query", _query("str", "&q=a%20b")),
    Case("identity", show("identity"), deviation=deviations.IS_AML_REQUEST),
)
BODIES = tuple(
    Case(f"{what}: {name}", show(what, body, content_type))
    for what in ("data", "get_data", "get_data(False)", "as_text", "stream", "parse_form_data", "form", "after form")
    for name, body, content_type in (
        ("bytes", b"words \xff\x00", "application/octet-stream"),
        ("text", "é".encode(), "text/plain"),
        ("untyped", b"words", None),
        ("empty", b"", None),
        ("form", b"a=1&b=%20x+y&a=2&c&%C3%A9=%ff", FORM),
        ("multipart", FIELDS, MULTIPART),
    )
)
FORMS = (
    Case("form item", show("form item", b"a=1&a=2", FORM)),
    Case("form without the item", show("form item", b"b=1", FORM)),
    Case("files", show("files", FILES, MULTIPART)),
    Case("file", show("file", FILES, MULTIPART)),
    Case("no such file", show("file", FIELDS, MULTIPART)),
    Case("files beside fields", show("form", FILES, MULTIPART)),
    Case("files without name", show("files", NO_NAME, MULTIPART)),
    Case("cut multipart", show("files", CUT, MULTIPART)),
    Case("wrong boundary", show("files", FILES, "multipart/form-data; boundary=other")),
    Case("no boundary", show("files", FILES, "multipart/form-data")),
    Case("quoted boundary", show("form", FIELDS, 'multipart/form-data; boundary="b"')),
    Case("file of 600 kB", show("file", FILES.replace(b"\x89PNG", b"x" * 600_000), MULTIPART)),
    Case("field over 500 kB", show("form item", _part('name="a"', b"x" * 500_001) + b"--b--\r\n", MULTIPART)),
    Case("urlencoded over 500 kB", show("form item", b"a=" + b"x" * 500_001, FORM)),
    Case("a thousand fields", show("form item", b"&".join(b"a=1" for _ in range(1000)), FORM)),
    Case("more than a thousand parts", show("form", _part('name="a"', b"") * 1001 + b"--b--\r\n", MULTIPART)),
)
JSON_BODIES = tuple(
    Case(f"{what}: {name}", show(what, body, content_type))
    for what in ("json", "get_json", "get_json(force)", "get_json(silent)", "get_json(both)", "is_json")
    for name, body, content_type in (
        ("object", b'{"a": [1.0, null, "\xc3\xa9"]}', JSON),
        ("suffix", b"[1]", "application/x+json; charset=utf-8"),
        ("text", b"[1]", "text/plain"),
        ("untyped", b"[1]", None),
        ("bad", b"[1", JSON),
        ("empty", b"", JSON),
    )
)
HEADERS = (("x-a", "1"), ("X-A", "2"), ("x-n", "7"), ("x-latin", "\xe9"), ("x-ms-REQUEST-id", "b"), ("x-empty", ""))
NEGOTIATION = (
    ("Accept", "text/html;q=0.5, application/json"),
    ("Accept-Language", "de, en;q=0.5"),
    ("Accept-Encoding", "gzip, br;q=0.1"),
    ("User-Agent", "tests/1.0"),
    ("Referer", "http://r/"),
    ("Authorization", "Basic dTpw"),
)
ENTITY = (
    ("If-Modified-Since", "Mon, 06 May 2024 07:08:09 GMT"),
    ("Range", "bytes=0-5"),
    ("Pragma", "no-cache"),
    ("Cache-Control", "max-age=0"),
)
FIELDS_OF_HEAD = (
    *(Case(what, show(what, headers=HEADERS)) for what in ("headers", "header", "header dict", "header list")),
    Case("header missing", show("header missing")),
    Case("underscore in a name", show("headers", headers=(("x_a", "1"), ("x-b", "2")))),
    Case("cookies", show("cookies", headers=(("Cookie", 'a=1; b="x y"; c=%20; a=2; d'),))),
    Case("two cookie headers", show("cookies", headers=(("Cookie", "a=1"), ("Cookie", "b=2")))),
    Case("no cookies", show("cookies")),
    Case("negotiation", show("accept", headers=NEGOTIATION)),
    Case("agent", show("agent", headers=NEGOTIATION)),
    Case("nothing negotiated", show("accept")),
    Case("no agent", show("agent")),
    Case("credentials", show("credentials", headers=NEGOTIATION)),
    Case("entity headers", show("dates", headers=ENTITY)),
    Case("environ", show("environ", b"x", "text/plain", HEADERS)),
    Case("environ of a GET", _query("environ", "&q=%C3%A9")),
)

GROUPS = (
    Group("raw request / line", Setup("raw_request.py"), LINES),
    Group("raw request / bodies", Setup("raw_request.py"), BODIES),
    Group("raw request / forms", Setup("raw_request.py"), FORMS),
    Group("raw request / json", Setup("raw_request.py"), JSON_BODIES),
    Group("raw request / headers", Setup("raw_request.py"), FIELDS_OF_HEAD),
)
