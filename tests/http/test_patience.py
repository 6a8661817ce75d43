"""How long a call may wait: the server's limit, the client's own, and headers that say nothing."""

from __future__ import annotations

import math

import pytest

from scoring_runtime.errors import InputError
from scoring_runtime.http.patience import patience_s
from scoring_runtime.request import Headers, Request


def request_of(*values: bytes) -> Request:
    headers: Headers = [(b"x-request-timeout-ms", value) for value in values]
    return Request("POST", b"/score", b"/score", b"", headers)


@pytest.mark.parametrize(
    ("own", "servers_ms", "expected_s"),
    [
        pytest.param(None, 0, math.inf, id="nobody says anything"),
        pytest.param(None, 1500, 1.5, id="the server's"),
        pytest.param(b"250", 0, 0.25, id="the client's"),
        pytest.param(b"250", 1500, 0.25, id="the client's is shorter"),
        pytest.param(b"2500", 1500, 1.5, id="the server's is shorter"),
        pytest.param(b"1", 1500, 0.001, id="the least"),
        pytest.param(b"0010", 0, 0.01, id="zeros before it"),
        pytest.param(b"999999999", 0, 999_999.999, id="the most"),
    ],
)
def test_the_shorter_one_counts(own: bytes | None, servers_ms: int, expected_s: float) -> None:
    request = request_of(own) if own is not None else request_of()
    assert patience_s(request, servers_ms) == expected_s


@pytest.mark.parametrize(
    "own",
    [b"", b"0", b"00", b"-1", b"+1", b"1.5", b"1e3", b"10 ms", b"soon", b"1_000", b"\xb2", b"\xd9\xa3", b"1000000000"],
)
def test_what_is_no_number_of_milliseconds_is_refused(own: bytes) -> None:
    with pytest.raises(InputError, match="x-request-timeout-ms must be the milliseconds that the client will wait"):
        patience_s(request_of(own), 1500)


def test_two_of_them_are_refused() -> None:
    with pytest.raises(InputError, match="'5,7'"):
        patience_s(request_of(b"5", b"7"), 0)


def test_what_is_shown_of_a_long_value_is_short() -> None:
    with pytest.raises(InputError) as caught:
        patience_s(request_of(b"9" * 5000), 0)
    assert len(str(caught.value)) < 200
