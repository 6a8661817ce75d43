"""Collects model data, second generation."""

from __future__ import annotations

from scoring_runtime.compat.data_collection import Collector

__all__ = ["Collector"]
