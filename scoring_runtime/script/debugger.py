"""Debugging of entry scripts: connects out to a debugpy client that waits, before the script is imported."""

from __future__ import annotations

import importlib

from scoring_runtime.errors import StartError

HOST = "localhost"


def connect_debugger(port: int) -> None:
    """Blocks until the client has attached. Raises StartError without debugpy, or without a client."""
    print("!! Starting the inference server in DEBUGGING mode because AZUREML_DEBUG_PORT is set.")
    print(f"!! Connecting to a debugpy client that listens on port {port}, and waiting until it has attached.")
    print("!! Do not use this mode for production traffic.")
    try:
        debugpy = importlib.import_module("debugpy")
    except ImportError:
        raise StartError(
            f"AZUREML_DEBUG_PORT is {port}, but debugpy is not installed: pip install scoring-runtime[debug]"
        ) from None
    try:
        debugpy.connect((HOST, port))
    except (OSError, RuntimeError) as error:
        raise StartError(f"AZUREML_DEBUG_PORT: no debugpy client listens on {HOST}:{port}: {error}") from None
    debugpy.wait_for_client()
