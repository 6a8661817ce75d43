"""The decorator that asks for the whole HTTP request instead of its decoded body."""

from __future__ import annotations

from typing import TypeVar

Function = TypeVar("Function")

# Only their number: the functions themselves must be able to go when a script is loaded anew.
_decorated: list[None] = []


def rawhttp(func: Function) -> Function:
    """Return `func` unchanged and note that one was decorated."""
    _decorated.append(None)
    return func


def decorations() -> int:
    """How many times `rawhttp` was applied in this process; compare before and after a script is loaded."""
    return len(_decorated)
