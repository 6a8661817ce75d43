"""A data frame with columns of five types; answers with the frame as pandas sees it."""

import pandas as pd
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.schema_decorators import input_schema, output_schema

SAMPLE = pd.DataFrame({"n": [1], "x": [1.5], "s": ["a"], "flag": [True], "when": [pd.Timestamp("2024-01-02 03:04:05")]})


def init():
    pass


@input_schema("data", PandasParameterType(SAMPLE))
@output_schema(PandasParameterType(SAMPLE))
def run(data):
    return {
        "columns": [[name, str(kind)] for name, kind in data.dtypes.items()],
        "index": repr(data.index.tolist()),
        "rows": repr(data.to_numpy().tolist()),
    }
