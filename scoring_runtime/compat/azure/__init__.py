"""Stands for the namespace `azure` where no Azure package is installed."""
