"""Collects model data, first generation."""

from __future__ import annotations

from scoring_runtime.compat.data_collection import ModelDataCollector

__all__ = ["ModelDataCollector"]
