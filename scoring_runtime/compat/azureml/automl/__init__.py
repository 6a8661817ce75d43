"""Home of `azureml.automl.core`."""
