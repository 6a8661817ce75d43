"""What of a request and its answer never leaves the process: credentials in headers and in the query (pure)."""

from __future__ import annotations

from collections.abc import Iterable

from scoring_runtime.telemetry.access_lines import masked

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
_SECRET_ENDINGS = ("-key", "-token", "-secret")


def shown_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case and values as text, repeated ones joined by a comma, without those of secrets."""
    shown: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name in SECRET_HEADERS or name.endswith(_SECRET_ENDINGS):
            continue
        if name == "referer":
            value = masked(value)
        shown[name] = f"{shown[name]}, {value}" if name in shown else value
    return shown


def shown_target(target: bytes) -> str:
    """Path and query as text, with the values of secrets in the query masked."""
    return masked(target.decode("latin-1"))
