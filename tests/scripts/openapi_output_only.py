"""Only the output is described: the input is any object."""

import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import output_schema


def init():
    pass


@output_schema(NumpyParameterType(np.array([0.5, 1.5])))
def run(data):
    return data
