"""The inner half of driver.py."""

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema

INITIALISED = []


def init():
    INITIALISED.append("inner")


@input_schema("num", StandardPythonParameterType(1))
def run(num):
    return [num, INITIALISED]
