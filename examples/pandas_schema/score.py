"""Pandas schema: rows as objects with named values, as Power BI sends them; bike rentals per hour out."""

import os

import azureml.train.automl  # noqa: F401  models of automated ML need it; any model may be served with it
import numpy as np
import pandas as pd
from azureml.core.model import Model  # noqa: F401
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.schema_decorators import input_schema, output_schema
from sklearn.externals import joblib

input_sample = pd.DataFrame([{"season": "summer", "temperature": 21.5, "hour": 17}])
output_sample = np.array([120.0])


def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "rentals.pkl"))


@input_schema("data", PandasParameterType(input_sample))
@output_schema(NumpyParameterType(output_sample))
def run(data):
    return model.predict(data).tolist()
