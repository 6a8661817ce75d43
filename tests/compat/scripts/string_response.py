"""AMLResponse from a script without decorators, under the original's own import name."""

from azureml_inference_server_http.api.aml_response import AMLResponse


def init():
    pass


def run(data):
    return AMLResponse(data, 202, {"X-A": "1"})
