"""The text of access lines: the original's, and safe whatever a client sends."""

from __future__ import annotations

from unicodedata import category

import pytest

from scoring_runtime.telemetry.access_lines import answer_parts, dates, escaped, view_parts


def test_the_views_line() -> None:
    assert view_parts("POST", "/score", 200, 39) == ("POST /score 200 ", "ms 39")
    assert view_parts("GET", "/score?s=1", 200, None) == ("GET /score?s=1 200 ", "ms N/A")


def test_the_access_line() -> None:
    head, tail = answer_parts("127.0.0.1", "POST", b"/score", "1.1", 200, 39, b"", b"curl/7.88.1")
    assert head + "[DATE]" + tail == '127.0.0.1 - - [DATE] "POST /score HTTP/1.1" 200 39 "-" "curl/7.88.1"'


def test_what_is_unknown_is_a_dash() -> None:
    head, tail = answer_parts("", "GET", b"/score", "1.0", 204, None, b"http://from", None)
    assert head + "[DATE]" + tail == '- - - [DATE] "GET /score HTTP/1.0" 204 - "http://from" "-"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/plain?a=1&b=%0a", "/plain?a=1&b=%0a"),
        ("a\r\n2026-11-22 forged", r"a\r\n2026-11-22 forged"),
        ("\x1b[31mred\x07\x7f", r"\x1b[31mred\x07\x7f"),
        ('say "hi"', r"say \x22hi\x22"),
        ("back\\slash", r"back\\slash"),
        ("é\u202e\u2028\udc80😀", r"\xe9\u202e\u2028\udc80\U0001f600"),
        ("", ""),
    ],
)
def test_text_of_clients_is_escaped(text: str, shown: str) -> None:
    assert escaped(text, 1000) == shown


def test_every_character_is_safe() -> None:
    for code in range(0x3000):
        shown = escaped(chr(code), 100)
        assert shown.isascii(), code
        assert '"' not in shown, code
        assert all(category(char) not in ("Cc", "Cf", "Zl", "Zp") for char in shown), code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/score?key=abc&a=1", "/score?key=***&a=1"),
        ("/score?a=1&API-Key=abc", "/score?a=1&API-Key=***"),
        ("/score?access_token=a.b.c;sig=1", "/score?access_token=***;sig=***"),
        ("http://h/?password=p&secret=s#f", "http://h/?password=***&secret=***#f"),
        ("/score?monkey=1&keys=2&token", "/score?monkey=1&keys=2&token"),
    ],
)
def test_secrets_of_a_query_are_masked(text: str, shown: str) -> None:
    assert escaped(text, 1000) == shown


def test_long_text_is_cut() -> None:
    assert escaped("x" * 10, 10) == "x" * 10
    assert escaped("x" * 11, 10) == "xxxxxxx..."
    assert escaped("\n" * 10, 10) == r"\n\n\n" + "\\..."


def test_the_longest_lines_stay_below_8_kib() -> None:
    long = "\U0001f600" * 100_000
    head, tail = answer_parts(long, long, long.encode(), long, 200, 10**12, long.encode(), long.encode())
    assert len(head + tail) < 8 * 1024 - 128
    assert len("".join(view_parts(long, long, 200, 10**12))) < 8 * 1024 - 128


def test_a_second_in_both_formats() -> None:
    assert dates(1795367876) == ("2026-11-22 17:17:56", "[22/Nov/2026:17:17:56 +0000]")
    assert dates(1767225599)[1] == "[31/Dec/2025:23:59:59 +0000]"
