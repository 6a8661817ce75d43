"""Parameter types inside a dict: the shape that Power BI and generated scripts use."""

import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

FRAME = PandasParameterType(pd.DataFrame({"age": [41], "weight": [70.5]}), enforce_shape=False)
INPUTS = StandardPythonParameterType({"data": FRAME, "weights": [NumpyParameterType(np.array([0.5]))]})
RESULTS = StandardPythonParameterType({"Results": NumpyParameterType(np.array([0.5]))})


def init():
    pass


@input_schema("GlobalParameters", StandardPythonParameterType({"method": "predict"}), False)
@input_schema("Inputs", INPUTS, optional=True)
@output_schema(RESULTS)
def run(Inputs, GlobalParameters={"method": "predict"}):  # noqa: B006 (what users write)
    return {"Results": [0.5]}
