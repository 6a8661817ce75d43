"""Azure's collectors of model data: they take the same calls, return what scripts need, and keep nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4


class ModelDataCollector:
    """The first generation: `azureml.monitoring`."""

    def __init__(self, model_name: str, designation: str = "default", **options: Any) -> None:
        self.model_name = model_name
        self.designation = options.get("identifier", designation)
        self.feature_names = options.get("feature_names")

    def collect(self, input_data: Any, user_correlation_id: str = "") -> dict[str, str]:
        """The ids that tie predictions to their inputs, as `add_correlations` takes them."""
        return {"Correlation Id": user_correlation_id or str(uuid4())}

    def add_correlations(self, input_data: Any, correlations: Any, *args: Any, **options: Any) -> Any:
        """The data as they are: nothing is stored that ids could be needed for."""
        return input_data


class BasicCorrelationContext:
    """Carries the id that ties the outputs of a request to its inputs."""

    def __init__(self, id: str | None = None) -> None:
        self._id = id or str(uuid4())

    def get_id(self) -> str:
        """The id given at construction, or a new one."""
        return self._id


class Collector:
    """The second generation: `azureml.ai.monitoring`, before that `azure.ai.mlmonitoring`."""

    def __init__(self, *, name: str, on_error: Callable[[Exception], Any] | None = None, **options: Any) -> None:
        self.name = name
        self.on_error = on_error

    def collect(self, data: Any, correlation_context: Any = None) -> Any:
        """The context given, or a new one, to be passed on to the collector of the outputs."""
        return correlation_context or BasicCorrelationContext()
