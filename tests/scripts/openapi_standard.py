"""One argument of each standard Python type that has a schema."""

import datetime

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

NOON = datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.timezone.utc)


def init():
    pass


@input_schema("whole", StandardPythonParameterType(7))
@input_schema("number", StandardPythonParameterType(0.5))
@input_schema("flag", StandardPythonParameterType(True))
@input_schema("text", StandardPythonParameterType('caf\u00e9 "au lait" \\ {}'))
@input_schema("raw", StandardPythonParameterType(b"\x00\xff"))
@input_schema("buffer", StandardPythonParameterType(bytearray(b"abc")))
@input_schema("day", StandardPythonParameterType(NOON.date()))
@input_schema("instant", StandardPythonParameterType(NOON))
@input_schema("clock", StandardPythonParameterType(NOON.timetz()))
@input_schema("mapping", StandardPythonParameterType({"a": {"b": [1, 2]}, "c": "d"}))
@input_schema("empty", StandardPythonParameterType([]))
@input_schema("sequence", StandardPythonParameterType([1, 2, 3]))
@input_schema("pair", StandardPythonParameterType((1.5, 2.5)))
@input_schema("steps", StandardPythonParameterType(range(3)))
@output_schema(StandardPythonParameterType({"score": 0.5, "big": 2**80}))
def run(whole, number, flag, text, raw, buffer, day, instant, clock, mapping, empty, sequence, pair, steps):
    return {"score": number}
