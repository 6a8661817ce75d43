"""A @rawhttp on another function than run()."""

from azureml_inference_server_http.api.aml_request import rawhttp


@rawhttp
def other(request):
    return request


def init():
    pass


def run(data):
    return isinstance(data, str)
