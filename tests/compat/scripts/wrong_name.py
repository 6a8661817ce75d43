"""The decorator names an argument that run() does not have; the original starts with it."""

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema


def init():
    pass


@input_schema("data", StandardPythonParameterType(1))
def run(input_data):
    return input_data
