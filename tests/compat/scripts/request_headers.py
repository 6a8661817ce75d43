"""run() asks for the request's headers, before its data."""

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema


def init():
    pass


@input_schema("num", StandardPythonParameterType(1))
def run(request_headers, num):
    return {"headers": request_headers, "kind": type(request_headers).__name__, "num": num}
