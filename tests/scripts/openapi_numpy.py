"""One numpy argument of each kind of dtype."""

import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema, output_schema

RECORDS = np.array([(1, 2.5, "a")], dtype=[("id", "i4"), ("weight", "f8"), ("tag", "U8")])


def init():
    pass


@input_schema("flags", NumpyParameterType(np.array([True, False])))
@input_schema("tiny", NumpyParameterType(np.array([1, 2], dtype="int8")))
@input_schema("whole", NumpyParameterType(np.array([[1, 2], [3, 4]], dtype="int64")))
@input_schema("unsigned", NumpyParameterType(np.array([1], dtype="uint16")))
@input_schema("single", NumpyParameterType(np.array([0.5], dtype="float32")))
@input_schema("cube", NumpyParameterType(np.array([[[0.5]], [[1.5]]])))
@input_schema("names", NumpyParameterType(np.array(["a", "bc"])))
@input_schema("days", NumpyParameterType(np.array(["2024-02-29", "2024-03-01"], dtype="datetime64[D]")))
@input_schema("waits", NumpyParameterType(np.array([3], dtype="timedelta64[D]")))
@input_schema("records", NumpyParameterType(RECORDS))
@output_schema(NumpyParameterType(np.array([5], dtype="int32")))
def run(flags, tiny, whole, unsigned, single, cube, names, days, waits, records):
    return [5]
