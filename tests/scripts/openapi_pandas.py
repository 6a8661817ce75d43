"""One data frame in each orientation."""

import pandas as pd
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.schema_decorators import input_schema, output_schema

MIXED = pd.DataFrame({"age": [41, 7], "weight": [70.5, 22.0], "member": [True, False]})
DATED = pd.DataFrame({"day": pd.to_datetime(["2024-02-29"]), "wait": pd.to_timedelta(["3 days"])})
NUMBERS = pd.DataFrame({"a": [1.5, 2.5], "b": [3.5, 4.5]})


def init():
    pass


@input_schema("records", PandasParameterType(MIXED))
@input_schema("dated", PandasParameterType(DATED))
@input_schema("split", PandasParameterType(MIXED, orient="split"))
@input_schema("index", PandasParameterType(MIXED, orient="index"))
@input_schema("columns", PandasParameterType(MIXED, orient="columns"))
@input_schema("values", PandasParameterType(NUMBERS, orient="values"))
@input_schema("table", PandasParameterType(NUMBERS, orient="table"))
@output_schema(PandasParameterType(NUMBERS))
def run(records, dated, split, index, columns, values, table):
    return []
