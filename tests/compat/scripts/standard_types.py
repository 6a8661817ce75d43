"""Every standard Python type as an optional argument; answers with what arrived."""

import datetime

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema

WHEN = datetime.datetime(2024, 5, 6, 7, 8, 9, 10, tzinfo=datetime.timezone.utc)


def optional(name, sample):
    return input_schema(name, StandardPythonParameterType(sample), optional=True)


def init():
    pass


@optional("i", 1)
@optional("f", 1.5)
@optional("b", True)
@optional("s", "text")
@optional("raw", b"bytes")
@optional("buffer", bytearray(b"bytes"))
@optional("day", WHEN.date())
@optional("moment", WHEN)
@optional("clock", WHEN.timetz())
@optional("d", {"k": 1, "inner": {"z": "y"}})
@optional("li", [1, 2])
@optional("t", (1, "x"))
@optional("steps", range(3))
def run(i=None, f=None, b=None, s=None, raw=None, buffer=None, day=None, moment=None, clock=None, d=None, li=None,
        t=None, steps=None):  # fmt: skip
    given = {name: value for name, value in locals().items() if value is not None}
    return {name: [type(value).__name__, repr(value)] for name, value in given.items()}
