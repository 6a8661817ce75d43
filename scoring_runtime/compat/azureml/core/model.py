"""Where the files of a model are."""

from __future__ import annotations

from scoring_runtime.compat.model_path import Model

__all__ = ["Model"]
