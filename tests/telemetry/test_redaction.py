"""Credentials do not leave the process."""

from __future__ import annotations

import pytest

from scoring_runtime.telemetry.redaction import shown_headers, shown_target


@pytest.mark.parametrize(
    "name",
    [b"authorization", b"Authorization", b"cookie", b"set-cookie", b"Set-Cookie", b"x-api-key", b"proxy-authorization",
     b"ocp-apim-subscription-key", b"x-amz-security-token", b"x-client-secret"],
)  # fmt: skip
def test_headers_of_secrets_are_left_out(name: bytes) -> None:
    assert shown_headers([(name, b"secret"), (b"Host", b"h")]) == {"host": "h"}


def test_repeated_headers_are_joined_and_bytes_kept() -> None:
    headers = [(b"accept", b"a/b"), (b"x-odd", b"\xe9"), (b"accept", b"c/d")]
    assert shown_headers(headers) == {"accept": "a/b, c/d", "x-odd": "\xe9"}


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (b"/score?x=1&y=2", "/score?x=1&y=2"),
        (b"/score?api_key=abc&x=1", "/score?api_key=***&x=1"),
        (b"/score?x=1&token=abc", "/score?x=1&token=***"),
        (b"/score?sig=a%2Fb", "/score?sig=***"),
    ],
)
def test_secrets_in_a_query_are_masked(target: bytes, shown: str) -> None:
    assert shown_target(target) == shown


def test_secrets_in_the_referer_are_masked() -> None:
    assert shown_headers([(b"referer", b"http://h/?key=abc")]) == {"referer": "http://h/?key=***"}
