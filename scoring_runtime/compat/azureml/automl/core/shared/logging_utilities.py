"""How generated AutoML scripts report that a model cannot be loaded."""

from __future__ import annotations

import logging
from typing import Any


def log_traceback(exception: BaseException, logger: logging.Logger | None, *args: Any, **options: Any) -> None:
    """Log the exception with its traceback."""
    (logger or logging.getLogger("azureml.automl")).error("%s", exception, exc_info=exception)
