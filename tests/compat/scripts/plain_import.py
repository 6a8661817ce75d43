"""Imports the raw HTTP names as a module instead of by name."""

import azureml.contrib.services.aml_request as module


def init():
    pass


def run(data):
    return module.rawhttp.__name__
