"""Raw HTTP for a page of another site: the script itself allows that site to read the answers."""

import json
import os

from azureml.contrib.services.aml_request import rawhttp
from azureml.contrib.services.aml_response import AMLResponse
from sklearn.externals import joblib

ALLOWED_ORIGIN = "http://www.example.com"


def init():
    global classifier
    classifier = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "classifier.pkl"))


@rawhttp
def run(request):
    if request.method == "OPTIONS":
        response = preflight()
    elif request.method == "POST":
        rows = json.loads(request.get_data(False))["data"]
        response = AMLResponse(classifier.predict(rows).tolist(), 200, json_str=True)
    else:
        response = AMLResponse("Send the measurements with POST.", 405)
    response.headers["Access-Control-Allow-Origin"] = ALLOWED_ORIGIN
    return response


def preflight():
    """What a browser asks before it posts JSON to another site."""
    response = AMLResponse("", 200)
    response.headers["Access-Control-Allow-Methods"] = "POST"
    response.headers["Access-Control-Allow-Headers"] = "content-type"
    return response
