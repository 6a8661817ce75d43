"""The instrumentation key and the connection string of Application Insights (pure). Neither may reach a log."""

from __future__ import annotations

import uuid

_KEY = "instrumentationkey"


def connection_in_force(key: str | None, connection: str | None) -> str | None:
    """The connection string to use: `connection` with `key`, if that is given, in place of its own.

    None if there is no valid key, which has the form of a UUID.
    """
    parts = [part for part in (connection or "").split(";") if part.strip()]
    used = canonical(key or next((_value(part) for part in parts if _name(part) == _KEY), ""))
    if used is None:
        return None
    return ";".join([f"InstrumentationKey={used}", *(part for part in parts if _name(part) != _KEY)])


def canonical(key: str) -> str | None:
    """The key in the one spelling that the service takes; None if it is no UUID."""
    try:
        return str(uuid.UUID(key.strip()))
    except ValueError:
        return None


def _name(part: str) -> str:
    return part.partition("=")[0].strip().lower()


def _value(part: str) -> str:
    return part.partition("=")[2]
