"""Stands for the namespace `azure.ai` where no Azure package is installed."""
