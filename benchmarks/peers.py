"""The servers that are measured. A peer with requirements gets an environment of its own, `.bench/<name>`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".bench"
BUILD_TIMEOUT_S = 900
# The same model library on every side, so that the servers differ and nothing else does.
SHARED = tuple(f"{name}=={version(name)}" for name in ("numpy", "pandas", "scikit-learn"))


@dataclass(frozen=True)
class Peer:
    """A server: what it is installed from (nothing: it is this package) and how it serves a script at a port."""

    name: str
    requirements: tuple[str, ...]
    command: Callable[[Path, Path, int], tuple[str, ...]]

    def environment(self) -> Path:
        """The folder of its environment, built if there is none for its requirements."""
        if not self.requirements:
            return Path(sys.prefix)
        folder, wanted = ENVIRONMENTS / self.name, "\n".join((*self.requirements, *SHARED))
        stamp = folder / "requirements.stamp"
        if not (stamp.exists() and stamp.read_text() == wanted):
            _build(folder, (*self.requirements, *SHARED))
            stamp.write_text(wanted)
        return folder


def _build(folder: Path, requirements: tuple[str, ...]) -> None:
    print(f"building {folder.relative_to(ROOT)} (once)", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True, timeout=BUILD_TIMEOUT_S)
    install = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *requirements]
    subprocess.run(install, check=True, timeout=BUILD_TIMEOUT_S)


def _azureml(environment: Path, script: Path, port: int) -> tuple[str, ...]:
    return (str(environment / "bin/azmlinfsrv"), "--entry_script", str(script), "--port", str(port))


def _scoring_runtime(environment: Path, script: Path, port: int) -> tuple[str, ...]:
    return (str(environment / "bin/python"), "-m", "scoring_runtime", str(script), "--port", str(port))


AZUREML = Peer(
    "azureml",
    (
        "azureml-inference-server-http==1.5.1",
        "flask==3.1.3",
        "gunicorn==27.0.1",
        "inference-schema[numpy-support]==1.8",
    ),
    _azureml,
)
SCORING_RUNTIME = Peer("scoring_runtime", (), _scoring_runtime)
