"""The diabetes example with its model fitted at the start, so that no file has to be at hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema, output_schema
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

SAMPLE = np.array([[59.0, 2.0, 32.1, 101.0, 157.0, 93.2, 38.0, 4.0, 4.8598, 87.0]])
MODEL = Ridge()


def init() -> None:
    measurements, progression = load_diabetes(return_X_y=True, scaled=False)
    MODEL.fit(measurements, progression)


def predict(data: npt.NDArray[np.float64]) -> object:
    return MODEL.predict(data).tolist()


# Calls instead of decorator lines, because the decorators have no type annotations.
described = output_schema(NumpyParameterType(np.array([151.0])))(predict)
run = input_schema("data", NumpyParameterType(SAMPLE))(described)
