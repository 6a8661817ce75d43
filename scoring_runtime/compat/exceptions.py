"""The exceptions that Azure's names raise to scripts.

They belong to the script's world: they pass through init() and run() like any other exception of the
script, hence outside the server's own error tree.
"""

from __future__ import annotations


class AzureMLException(Exception):
    """Base of the exceptions that scripts import from `azureml.exceptions`."""

    def __init__(self, exception_message: str) -> None:
        super().__init__(exception_message)
        self.message = exception_message


class ModelNotFoundException(AzureMLException):
    """No model of that name and version is there."""


class WebserviceException(AzureMLException):
    """The request for a model is wrong, or the model folder does not have the expected shape."""
