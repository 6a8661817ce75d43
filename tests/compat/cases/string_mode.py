"""A run() without decorators: the body as text, the query as JSON text."""

from __future__ import annotations

from tests.compat import deviations
from tests.compat.case import Case, Deviation, Group, Request, Setup, get, post

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n'

BODIES: dict[str, Request] = {
    "json object": post('{"a": [1, 2.50, null]}'),
    "not json": post("plain words"),
    "invalid json is still text": post('{"a": '),
    "text/plain": post("words", "text/plain"),
    "no content type": post("words", None),
    "unknown content type": post("words", "application/x-whatever; a=b"),
    "empty": post(),
    "empty without content type": post(b"", None),
    "white space": post(" \r\n\t "),
    "NUL byte": post(b"a\x00b"),
    "byte order mark": post(b'\xef\xbb\xbf{"a": 1}'),
    "utf-8": post("héllo ✓ 𝄞 \u2028"),
    "charset parameter is not used": post("é".encode("latin-1"), "text/plain; charset=latin-1"),
    "not utf-8": post(b"\xff\xfe"),
    "cut utf-8": post(b"abc\xe2\x82"),
    "utf-8 surrogate": post(b"\xed\xa0\x80"),
    "overlong utf-8": post(b"\xc0\xaf"),
    "bad continuation": post(b"ab\xe2\x28\xa1cd"),
    "utf-16": post("{}".encode("utf-16")),
    "escaped lone surrogate": post(r'"\ud800"'),
    "200 kB": post("x" * 200_000),
    "form": post("a=1&b=2", FORM),
    "form with charset": post("a=1", FORM + "; charset=utf-8"),
    "form in capitals": post("a=1", FORM.upper()),
    "form that is json": post('{"a": 1}', FORM),
    "form that is not utf-8": post(b"a=\xff", FORM),
    "multipart": post(PART, MULTIPART),
    "multipart without boundary": post(PART, "multipart/form-data"),
    "multipart/mixed": post(PART, "multipart/mixed; boundary=b"),
    "query of a POST": post("body", query="?a=1"),
    "percent in a path's query": post("body", query="?%zz&=&&"),
}

CHUNKED = b"POST /score HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n%s\r\n"

FRAMINGS: dict[str, Request] = {
    "chunked": Request(raw=CHUNKED % b"" + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"),
    "chunked with trailer": Request(raw=CHUNKED % b"Trailer: X-T\r\n" + b"3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n"),
    "chunked and empty": Request(raw=CHUNKED % b"" + b"0\r\n\r\n"),
    "chunked form": Request(raw=CHUNKED % f"Content-Type: {FORM}\r\n".encode() + b"3\r\na=1\r\n0\r\n\r\n"),
    "http/1.0": Request(raw=b"POST /score HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
    "without length": Request(raw=b"POST /score HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "expect 100": post("abc", headers=(("Expect", "100-continue"),)),
    "absolute target": Request(raw=b"POST http://localhost/score HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"),
    "GET with a body": Request("GET", "/score?a=1", (), b"body"),
}

QUERIES: dict[str, str] = {
    "none": "",
    "empty": "?",
    "number": "?a=1",
    "order and repetition": "?a=1&b=x&b=[2]&c=null&f=a+b",
    "blank value": "?a=",
    "no equals sign": "?a",
    "no name": "?=1",
    "only separators": "?&&",
    "semicolon": "?a=1;b=2",
    "percent escapes": "?na%20me=%22quoted%22&plus=%2B",
    "utf-8 escapes": "?a=h%C3%A9llo",
    "bad utf-8 escapes": "?a=%ff",
    "bad percent": "?a=%zz",
    "floats": "?a=1.0&b=1e3&c=-0.0&d=1E400",
    "literals": "?a=true&b=false&c=null&d=True&e=None",
    "NaN and Infinity": "?a=NaN&b=Infinity&c=-Infinity",
    "big integer": "?a=123456789012345678901234567890",
    "leading zero and plus": "?a=01&b=%2B1",
    "white space": "?a=%201%20&b=%20x%20",
    "nested": "?a={%22b%22:[1,{}]}",
    "duplicate keys inside": "?a={%22b%22:1,%22b%22:2}",
    "cut json": "?a=[1,2",
    "three times": "?a=1&a=2&a=3",
    "array twice": "?a=[1]&a=[2]",
    "equals in a value": "?a=b=c",
    "fragment sign escaped": "?a=%23x",
    "unescaped brackets": "?a[0]=1",
    "case matters": "?A=1&a=2",
    "encoded name twice": "?%61=1&a=2",
}

METHODS: dict[str, Request] = {
    method: Request(method, "/score", (), b"x" if method in ("PUT", "PATCH") else b"")
    for method in ("OPTIONS", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "BREW", "post")
}

DEVIATIONS: dict[str, Deviation] = {
    "form": deviations.FORM_BODY,
    "form with charset": deviations.FORM_BODY,
    "form in capitals": deviations.FORM_BODY,
    "form that is json": deviations.FORM_BODY,
    "form that is not utf-8": deviations.FORM_NOT_UTF8,
    "multipart": deviations.FORM_BODY,
    "chunked form": deviations.FORM_BODY,
    "bad utf-8 escapes": deviations.BAD_QUERY_BYTE,
    "post": deviations.PROTOCOL_ERROR,
}


def _cases(requests: dict[str, Request]) -> tuple[Case, ...]:
    return tuple(Case(name, request, deviation=DEVIATIONS.get(name)) for name, request in requests.items())


GROUPS = (
    Group("string mode / bodies", Setup("echo.py"), _cases(BODIES)),
    Group("string mode / framing", Setup("echo.py"), _cases(FRAMINGS)),
    Group("string mode / query", Setup("echo.py"), _cases({name: get(each) for name, each in QUERIES.items()})),
    Group("string mode / methods", Setup("echo.py"), _cases(METHODS)),
)
