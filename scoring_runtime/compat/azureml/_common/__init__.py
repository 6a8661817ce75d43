"""Home of `azureml._common.exceptions`."""
