"""Ties the outputs of a request to its inputs."""

from __future__ import annotations

from scoring_runtime.compat.data_collection import BasicCorrelationContext

__all__ = ["BasicCorrelationContext"]
