"""`make serve`: train the diabetes model if there is none, print a request to paste, and become the server.

Arguments go on to the server (`--port 8080`). It starts in the example's folder, because the model's path
keeps the documented relative form, azureml-models/<name>/<version>.
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import shlex
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent / "diabetes"
MODEL_DIR = "azureml-models/diabetes/1"


def main() -> None:
    """Replace this process with the server."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--port", default=os.environ.get("SERVER_PORT", "5001"))
    given, others = parser.parse_known_args()
    os.chdir(EXAMPLE)
    if not any(Path(MODEL_DIR).glob("*.pkl")):
        print("Training the diabetes model", flush=True)
        runpy.run_path("train.py", run_name="__main__")
    print(f"Serving {EXAMPLE / 'score.py'}\nOnce it is ready, ask it from another terminal:\n")
    print(f"  {curl_line(given.port)}\n", flush=True)
    os.environ["AZUREML_MODEL_DIR"] = MODEL_DIR
    command = ["-m", "scoring_runtime", str(EXAMPLE / "score.py"), "--port", given.port, *others]
    os.execv(sys.executable, [sys.executable, *command])


def curl_line(port: str) -> str:
    """The example's request as one shell command that works in any folder."""
    body = json.dumps(json.loads((EXAMPLE / "request.json").read_text()))
    header = shlex.quote("Content-Type: application/json")
    return f"curl -H {header} -d {shlex.quote(body)} http://127.0.0.1:{port}/score"


if __name__ == "__main__":
    main()
