"""`python -m scoring_runtime`."""

from scoring_runtime.cli import run

run()
