"""Rows that mix types in the `split` orientation have no Swagger 2 description."""

import pandas as pd
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.schema_decorators import input_schema


def init():
    pass


@input_schema("data", PandasParameterType(pd.DataFrame({"n": [1], "flag": [True]}), orient="split"))
def run(data):
    return data.to_dict()
