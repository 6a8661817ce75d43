"""Every kind of schema at once, for the swagger documents."""

import datetime

import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

FRAME = pd.DataFrame({"n": [1], "s": ['a"b'], "when": [pd.Timestamp("2024-01-02")], "ok": [True]})
WHEN = datetime.datetime(2024, 5, 6, 7, 8, 9)


def init():
    pass


@input_schema("frame", PandasParameterType(FRAME))
@input_schema("array", NumpyParameterType(np.array([[1, 2]], dtype="int32")))
@input_schema("flags", NumpyParameterType(np.array([True])))
@input_schema("record", NumpyParameterType(np.array([(1, "a")], dtype=[("n", "<i4"), ("s", "<U1")])))
@input_schema("when", StandardPythonParameterType(WHEN))
@input_schema("tree", StandardPythonParameterType({"a": {"b": [1, 2]}, "c": "é", "d": 1.5}))
@output_schema(StandardPythonParameterType({"result": [1.0], "note": "x"}))
def run(frame, array, flags, record, when, tree, plain=1):
    return {}
