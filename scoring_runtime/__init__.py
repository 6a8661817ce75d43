"""scoring_runtime: serves machine-learning entry scripts (``init()`` and ``run(data)``) over HTTP."""

__version__ = "0.1.0"
