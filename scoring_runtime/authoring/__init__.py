"""What a score.py imports: `AMLRequest`, `AMLResponse`, `rawhttp`, `batched`, `ScoringError`.

The AML classes load werkzeug on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Not lazy: importing a submodule later would put the module where the decorator of the same name has to be.
from scoring_runtime.authoring.batched import batched
from scoring_runtime.authoring.rawhttp import rawhttp
from scoring_runtime.errors import ScoringError

if TYPE_CHECKING:
    from scoring_runtime.authoring.request import AMLRequest
    from scoring_runtime.authoring.response import AMLResponse

__all__ = ["AMLRequest", "AMLResponse", "ScoringError", "batched", "rawhttp"]

_HOMES = {"AMLRequest": "request", "AMLResponse": "response"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
