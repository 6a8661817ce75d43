"""One required argument, one with a default, one without a decorator, and the headers."""

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema


def init():
    pass


@input_schema("num", StandardPythonParameterType(1))
@input_schema("text", StandardPythonParameterType("x"))
@output_schema(StandardPythonParameterType({"num": 1}))
def run(num, text="default", plain="untouched"):
    return {"num": num, "text": text, "plain": plain}
