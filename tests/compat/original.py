"""The original server in an environment of its own, `.compat/venv`, built once from the package index.

The libraries whose behaviour shows in an answer (numpy, pandas, inference-schema and so on) get the very versions that
are installed here, so that a difference is the servers' and never pandas'.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINNED = (
    "azureml-inference-server-http==1.5.1",
    "flask==3.1.3",
    "flask-cors==6.0.5",
    "gunicorn==27.0.1",
)
SHARED = ("numpy", "pandas", "python-dateutil", "scikit-learn", "werkzeug")
BUILD_TIMEOUT_S = 900


def requirements() -> tuple[str, ...]:
    """What the environment holds, one requirement each."""
    schema = f"inference-schema[numpy-support,pandas-support]=={version('inference-schema')}"
    return (*PINNED, schema, *(f"{name}=={version(name)}" for name in SHARED))


def ensure_original(folder: Path = ROOT / ".compat" / "venv") -> Path:
    """The original's executable; builds its environment if there is none for these requirements."""
    stamp, wanted = folder / "requirements.stamp", "\n".join(requirements())
    if not (stamp.exists() and stamp.read_text() == wanted):
        print(f"building {folder.relative_to(ROOT)} (once)", flush=True)
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        _run(str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *requirements())
        stamp.write_text(wanted)
    return folder / "bin" / "azmlinfsrv"


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=BUILD_TIMEOUT_S)
