"""Arguments without a decorator, the request headers among them, appear with an empty schema."""

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema


def init():
    pass


@input_schema("data", StandardPythonParameterType([1, 2]))
@output_schema(StandardPythonParameterType("text"))
def run(data, request_headers, limit=10):
    return "text"
