"""The two names of `azureml.core` that mean something while serving."""

from __future__ import annotations

from scoring_runtime.compat.model_path import Model
from scoring_runtime.compat.offline_run import Run

__all__ = ["Model", "Run"]
