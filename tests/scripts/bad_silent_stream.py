"""Streams one chunk, then never another."""

import threading

from azureml.contrib.services.aml_request import rawhttp
from azureml.contrib.services.aml_response import AMLResponse


def init():
    pass


def chunks():
    yield "first\n"
    threading.Event().wait()


@rawhttp
def run(request):
    return AMLResponse(chunks(), 200)
