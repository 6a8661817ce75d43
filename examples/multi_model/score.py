"""Several models in one service: each request names its model, which is loaded when first asked for."""

import functools
import json
import os

from azureml.contrib.services.aml_response import AMLResponse
from sklearn.externals import joblib

MODEL_VERSIONS = {"iris": "1", "wine": "2"}


def init():
    global models_path
    # With several models this is the folder above all of them: azureml-models
    models_path = os.getenv("AZUREML_MODEL_DIR")


@functools.cache
def load_model(name):
    return joblib.load(os.path.join(models_path, name, MODEL_VERSIONS[name], "classifier.pkl"))


def run(raw_data):
    request = json.loads(raw_data)
    name = request["model"]
    if name not in MODEL_VERSIONS:
        message = f"There is no model {name!r}; choose one of {sorted(MODEL_VERSIONS)}."
        return AMLResponse({"message": message}, 404, json_str=True)
    return {"model": name, "predictions": load_model(name).predict(request["data"]).tolist()}
