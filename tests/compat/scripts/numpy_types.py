"""numpy arrays of several kinds as optional arguments; answers with type, shape and values."""

import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema

RECORD = np.array([(1, "ab")], dtype=[("n", "<i4"), ("s", "<U2")])


def optional(name, sample, **options):
    return input_schema(name, NumpyParameterType(sample, **options), optional=True)


def init():
    pass


@optional("ints", np.array([[1, 2, 3]]))
@optional("floats", np.array([[1.0, 2.0]]))
@optional("small", np.array([1, 2], dtype="int8"))
@optional("unsigned", np.array([1], dtype="uint16"))
@optional("single", np.array([0.5], dtype="float32"))
@optional("flags", np.array([True, False]))
@optional("words", np.array(["abc"]))
@optional("cube", np.zeros((1, 2, 2)))
@optional("days", np.array(["2024-01-02"], dtype="datetime64[D]"))
@optional("spans", np.array([1], dtype="timedelta64[D]"))
@optional("record", RECORD)
@optional("objects", np.array([1, "a"], dtype=object))
@optional("any_type", np.array([[1, 2]]), enforce_column_type=False)
@optional("any_shape", np.array([[1, 2]]), enforce_shape=False)
def run(ints=None, floats=None, small=None, unsigned=None, single=None, flags=None, words=None, cube=None, days=None,
        spans=None, record=None, objects=None, any_type=None, any_shape=None):  # fmt: skip
    given = {name: value for name, value in locals().items() if value is not None}
    return {name: [str(value.dtype), list(value.shape), repr(value.tolist())] for name, value in given.items()}
