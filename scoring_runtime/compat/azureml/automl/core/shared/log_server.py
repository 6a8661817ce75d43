"""Azure's telemetry switches, which switch nothing here: a script's log goes where the server's goes."""

from __future__ import annotations

from typing import Any


def enable_telemetry(*args: Any, **options: Any) -> None:
    """Accept the instrumentation key."""


def set_verbosity(*args: Any, **options: Any) -> None:
    """Accept the level."""


def update_custom_dimensions(*args: Any, **options: Any) -> None:
    """Accept what would be attached to each telemetry record."""
