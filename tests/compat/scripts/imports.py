"""Imports the Azure names that served scripts import."""

from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse
from azureml_inference_server_http.api import aml_request, aml_response


def init():
    pass


def run(data):
    same = [AMLRequest is aml_request.AMLRequest, AMLResponse is aml_response.AMLResponse]
    return [*same, rawhttp is aml_request.rawhttp]
