"""The key and the connection string."""

from __future__ import annotations

import pytest

from scoring_runtime.telemetry.insights_key import canonical, connection_in_force

KEY = "00000000-1111-2222-3333-44444444abcd"
OTHER = "99999999-1111-2222-3333-444444444444"


@pytest.mark.parametrize("key", [KEY, KEY.upper(), f" {KEY} ", KEY.replace("-", ""), f"{{{KEY}}}"])
def test_one_spelling(key: str) -> None:
    assert canonical(key) == KEY


@pytest.mark.parametrize("key", ["", "key", KEY[:-1], f"{KEY}0"])
def test_what_is_no_key(key: str) -> None:
    assert canonical(key) is None
    assert connection_in_force(key, None) is None


@pytest.mark.parametrize(
    ("key", "connection", "used"),
    [
        (KEY, None, f"InstrumentationKey={KEY}"),
        (None, f"instrumentationkey={KEY.upper()}", f"InstrumentationKey={KEY}"),
        (None, f"InstrumentationKey={KEY};IngestionEndpoint=http://h/;", f"InstrumentationKey={KEY};IngestionEndpoint=http://h/"),
        (KEY, f"InstrumentationKey={OTHER};IngestionEndpoint=http://h", f"InstrumentationKey={KEY};IngestionEndpoint=http://h"),
        (KEY, "IngestionEndpoint=http://h", f"InstrumentationKey={KEY};IngestionEndpoint=http://h"),
        ("no key", f"InstrumentationKey={KEY}", None),
        (None, "IngestionEndpoint=http://h", None),
        (None, "nonsense", None),
        (None, None, None),
    ],
)  # fmt: skip
def test_the_key_of_the_original_comes_before_that_of_the_connection_string(
    key: str | None, connection: str | None, used: str | None
) -> None:
    assert connection_in_force(key, connection) == used
