"""Numpy schema: rows of ten measurements in, the disease progression one year later out."""

import os

import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema, output_schema
from sklearn.externals import joblib

# age, sex, body mass index, blood pressure, and six blood serum values
input_sample = np.array([[59.0, 2.0, 32.1, 101.0, 157.0, 93.2, 38.0, 4.0, 4.8598, 87.0]])
output_sample = np.array([151.0])


def init():
    global model
    # The folder of the model: azureml-models/<name>/<version>
    model_path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "sklearn_regression_model.pkl")
    model = joblib.load(model_path)


@input_schema("data", NumpyParameterType(input_sample))
@output_schema(NumpyParameterType(output_sample))
def run(data):
    return model.predict(data).tolist()
