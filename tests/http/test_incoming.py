"""A request while it arrives."""

from __future__ import annotations

import pytest

from scoring_runtime.http import guard
from scoring_runtime.http.incoming import Incoming


@pytest.mark.parametrize("parts", [[], [b"whole"], [b"a", b"b"], [b"a", b"b", b"c"], [b"", b"a", b"", b"b"]])
def test_the_body_is_its_parts_in_order(parts: list[bytes]) -> None:
    incoming = Incoming()
    assert [incoming.add_body(part, 100) for part in parts] == [None] * len(parts)
    assert incoming.body() == b"".join(parts)
    assert incoming.body_bytes == len(b"".join(parts))


def test_a_body_in_one_piece_is_not_copied() -> None:
    incoming, part = Incoming(), b"x" * 1000
    incoming.add_body(part, 1000)
    assert incoming.body() is part


def test_the_limit_of_the_body() -> None:
    incoming = Incoming()
    assert incoming.add_body(b"x" * 10, 10) is None
    error = incoming.add_body(b"x", 10)
    assert error is not None
    assert (error.status, str(error)) == (413, "The request's body must not exceed 10 bytes")


def test_the_limit_of_the_target() -> None:
    incoming = Incoming()
    assert incoming.add_target(b"/" + b"x" * (guard.MAX_TARGET_BYTES - 1)) is None
    error = incoming.add_target(b"x")
    assert error is not None
    assert error.status == 414
