"""What a raw-HTTP script gets, and the decorator that asks for it."""

from __future__ import annotations

from scoring_runtime.authoring import AMLRequest, rawhttp

__all__ = ["AMLRequest", "rawhttp"]
