"""A model found by its name with Model.get_model_path; it reads hand-written digits of 8 x 8 pixels."""

import json

import numpy as np
from azureml.core.model import Model
from sklearn.externals import joblib


def init():
    global model
    # The newest version below azureml-models/sklearn_digits
    model_path = Model.get_model_path("sklearn_digits")
    model = joblib.load(model_path)


def run(raw_data):
    pictures = np.array(json.loads(raw_data)["data"])
    return model.predict(pictures).tolist()
