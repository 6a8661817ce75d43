"""The classes that a user's logging.json may name."""

from __future__ import annotations

from scoring_runtime.telemetry.logs import AMLLogFormatter, RootAccessFilter

__all__ = ["AMLLogFormatter", "RootAccessFilter"]
