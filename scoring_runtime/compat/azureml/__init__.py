"""Stands for `azureml` where no Azure package is installed."""
