"""Takes any number of numbers through a numpy schema, so that the server decodes them; 1 if all are finite."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema


def init() -> None:
    pass


def are_finite(data: npt.NDArray[np.float64]) -> int:
    return int(np.isfinite(data).all())


run = input_schema("data", NumpyParameterType(np.array([[1.0]]), enforce_shape=False))(are_finite)
