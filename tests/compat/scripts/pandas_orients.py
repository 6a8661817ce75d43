"""Data frames in every layout as optional arguments."""

import pandas as pd
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.schema_decorators import input_schema

SAMPLE = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})


def optional(name, **options):
    return input_schema(name, PandasParameterType(SAMPLE, **options), optional=True)


def init():
    pass


@optional("records")
@optional("split", orient="split")
@optional("index", orient="index")
@optional("columns", orient="columns")
@optional("values", orient="values")
@optional("table", orient="table")
@optional("any_type", enforce_column_type=False)
@optional("any_shape", enforce_shape=False)
@optional("renamed", apply_column_names=True, enforce_shape=False)
def run(records=None, split=None, index=None, columns=None, values=None, table=None, any_type=None, any_shape=None,
        renamed=None):  # fmt: skip
    given = {name: value for name, value in locals().items() if value is not None}
    return {
        name: [[str(kind) for kind in frame.dtypes], [str(each) for each in frame.columns], repr(frame.values.tolist())]
        for name, frame in given.items()
    }
