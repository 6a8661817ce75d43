"""A list of several types cannot be described in version 2."""

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema


def init():
    pass


@input_schema("data", StandardPythonParameterType([1, "two", {"three": [3.0, "four"]}]))
def run(data):
    return data
