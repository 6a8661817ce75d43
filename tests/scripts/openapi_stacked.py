"""Of stacked inputs the outermost one decides whether version 2 is possible."""

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema


def init():
    pass


@input_schema("plain", StandardPythonParameterType([1, 2]))
@input_schema("mixed", StandardPythonParameterType([1, "two"]))
def run(plain, mixed):
    return plain
