"""What a script returns to choose status, headers and body."""

from __future__ import annotations

from scoring_runtime.authoring import AMLResponse

__all__ = ["AMLResponse"]
