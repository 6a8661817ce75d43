"""Schema mode, for requests that are wrong: a matrix of two columns, a text and a default."""

import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema


def init():
    pass


@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))
@input_schema("name", StandardPythonParameterType("sample"))
def run(data, name, scale=1):
    return {"name": name, "sums": (data.sum(axis=1) * scale).tolist()}
