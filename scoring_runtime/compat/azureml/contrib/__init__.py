"""Stands for `azureml.contrib` where no Azure package is installed."""
