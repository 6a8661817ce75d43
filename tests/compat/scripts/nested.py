"""The shape of Power BI and AutoML: wrapped types inside of a dictionary, unconverted global parameters."""

import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

FRAME = PandasParameterType(pd.DataFrame({"a": [1], "b": ["x"]}), enforce_shape=False)
ARRAY = NumpyParameterType(np.array([1.0, 2.0]))
INPUTS = StandardPythonParameterType({"frame": FRAME, "array": ARRAY, "several": [ARRAY], "plain": 1})
PARAMETERS = StandardPythonParameterType({"method": "predict"})
RESULTS = StandardPythonParameterType({"Results": ARRAY})


def init():
    pass


@input_schema("Inputs", INPUTS)
@input_schema("GlobalParameters", PARAMETERS, convert_to_provided_type=False)
@output_schema(RESULTS)
def run(Inputs, GlobalParameters={"method": "default"}):  # noqa: B006
    shown = {name: [type(value).__name__, repr(value)] for name, value in Inputs.items()}
    return {"inputs": shown, "parameters": GlobalParameters}
