"""Origins: the matrix of the original server."""

from __future__ import annotations

import pytest

from scoring_runtime.errors import SettingsError
from scoring_runtime.http.cors import cors_headers, parse_origins
from scoring_runtime.request import Headers, Request


def headers_for(origins: str, origin: str | None, method: str = "GET", more: Headers | None = None) -> Headers:
    headers = [(b"origin", origin.encode())] if origin is not None else []
    return cors_headers(parse_origins(origins), Request(method, b"/", b"/", b"", headers + (more or [])))


@pytest.mark.parametrize(
    ("origins", "origin", "is_allowed"),
    [
        ("https://a.com,b", "https://a.com", True),
        ("https://a.com,b", "HTTPS://A.COM", True),
        ("https://A.com,b", "https://a.com", True),
        ("https://a.com", "https://a.com.evil.org", False),
        ("https://a.com", "http://a.com", False),
        ("www.a.com", "https://www.a.com", False),
        ("www.a.com,b", "www.a.com", True),
        ("https://a.com, https://b.com", "https://b.com", True),
        (",https://a.com,,", "https://a.com", True),
        ("*", "https://anything", True),
        ("https://a.com, *", "null", True),
        (r".*\.b\.com", "https://x.b.com", True),
        (r".*\.b\.com", "https://X.B.COM", True),
        (r".*\.b\.com", "https://x.b.com.evil.org", False),
        (r"https://[ab]\.com", "https://b.com", True),
        (r"https://[ab]\.com", "https://c.com", False),
    ],
)
def test_matching(origins: str, origin: str, is_allowed: bool) -> None:
    allowed = [(b"Access-Control-Allow-Origin", origin.encode()), (b"Vary", b"Origin")]
    assert headers_for(origins, origin) == (allowed if is_allowed else [])


def test_caches_need_not_be_told_of_the_one_origin_there_is() -> None:
    allowed = [(b"Access-Control-Allow-Origin", b"https://a.com")]
    assert headers_for("https://a.com", "https://a.com") == allowed
    assert headers_for("https://a.com", None) == allowed


@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        ("*", [(b"Access-Control-Allow-Origin", b"*")]),
        ("https://b.com,https://a.com", [(b"Access-Control-Allow-Origin", b"https://a.com"), (b"Vary", b"Origin")]),
        ("https://a.com,", [(b"Vary", b"Origin")]),
        (r".*\.b\.com", []),
    ],
)
def test_without_an_origin_the_first_plain_entry_is_named(origins: str, expected: Headers) -> None:
    assert headers_for(origins, None) == expected


ASKED: Headers = [
    (b"access-control-request-method", b"POST"),
    (b"access-control-request-headers", b"X-Y, content-type"),
]


def test_a_preflight_is_told_methods_and_headers() -> None:
    assert headers_for("*", "https://a.com", "OPTIONS", ASKED) == [
        (b"Access-Control-Allow-Origin", b"https://a.com"),
        (b"Vary", b"Origin"),
        (b"Access-Control-Allow-Methods", b"GET, POST"),
        (b"Access-Control-Allow-Headers", b"X-Y, content-type"),
    ]


@pytest.mark.parametrize("wanted", [b"PUT", b"DELETE", b""])
def test_a_preflight_for_another_method_is_told_neither(wanted: bytes) -> None:
    headers = headers_for("*", "https://a.com", "OPTIONS", [(b"access-control-request-method", wanted)])
    assert [name for name, _ in headers] == [b"Access-Control-Allow-Origin", b"Vary"]


def test_a_preflight_for_a_private_network_is_declined() -> None:
    asked = [*ASKED, (b"access-control-request-private-network", b"true")]
    private = (b"Access-Control-Allow-Private-Network", b"false")
    assert headers_for("*", "https://a.com", "OPTIONS", asked)[-1] == private


def test_a_preflight_from_elsewhere_is_told_nothing() -> None:
    assert headers_for("https://a.com", "https://b.com", "OPTIONS", ASKED) == []


def test_other_methods_are_not_preflights() -> None:
    assert len(headers_for("*", "https://a.com", "POST", ASKED)) == 2


@pytest.mark.parametrize("entry", ["*.b.com", "(", "https://[a"])
def test_an_entry_that_is_no_pattern_is_refused_with_the_remedy(entry: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_origins(f"https://a.com,{entry}")
    assert f"Invalid regular expression in AML_CORS_ORIGINS: {entry!r}: " in str(caught.value)
    assert "pattern such as" in str(caught.value)
