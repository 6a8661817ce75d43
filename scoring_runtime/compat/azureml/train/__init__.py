"""Home of `azureml.train.automl`."""
