"""The decorator that asks for the whole HTTP request instead of its decoded body."""

from __future__ import annotations

from typing import Any, TypeVar

Function = TypeVar("Function")

_decorated: list[Any] = []


def rawhttp(func: Function) -> Function:
    """Return `func` unchanged and note that it was decorated."""
    _decorated.append(func)
    return func


def decorations() -> int:
    """How many times `rawhttp` was applied in this process; compare before and after a script is loaded."""
    return len(_decorated)
