"""Answers with what a script can see of its settings."""

import os
import sys

NAMES = (
    "AML_APP_ROOT", "AZUREML_ENTRY_SCRIPT", "AZUREML_MODEL_DIR", "AML_APP_INSIGHTS_ENABLED", "AML_APP_INSIGHTS_KEY",
    "AZUREML_SOURCE_DIRECTORY", "AML_CORS_ORIGINS", "WORKER_COUNT", "SERVICE_NAME", "SCORING_TIMEOUT_MS",
)  # fmt: skip


def init():
    pass


def run(data):
    folder = os.getcwd()
    seen = {name: os.environ.get(name, "(unset)").replace(folder, "CWD") for name in NAMES}
    return {**seen, "__file__": __file__.replace(folder, "CWD"), "__name__": __name__, "on path": folder in sys.path}
