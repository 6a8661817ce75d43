"""The run of an experiment."""

from __future__ import annotations

from scoring_runtime.compat.offline_run import Run

__all__ = ["Run"]
