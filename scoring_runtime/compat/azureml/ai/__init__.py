"""Home of `azureml.ai.monitoring`."""
