"""What the servers are installed in: an environment per peer, `.bench/<name>`, built once for its requirements."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.unmeasured import Unmeasured

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".bench"
BUILD_TIMEOUT_S = 900
# Where programs of the system may lie that a user's PATH leaves out.
SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/sbin"


@dataclass(frozen=True)
class Peer:
    """Where a server comes from: packages, a program of the system, or (neither) this package."""

    name: str
    requirements: tuple[str, ...] = ()
    program: str = ""

    def programs(self) -> Path:
        """The folder of its programs; builds the environment if there is none for the requirements."""
        if self.program:
            return _system_folder(self.program)
        return self._environment() / "bin" if self.requirements else Path(sys.prefix) / "bin"

    def _environment(self) -> Path:
        folder, wanted = ENVIRONMENTS / self.name, (*self.requirements, *same_libraries())
        stamp, built_for = folder / "requirements.stamp", "\n".join((interpreter(), *wanted))
        if not (stamp.exists() and stamp.read_text() == built_for):
            _build(folder, wanted)
            stamp.write_text(built_for)
        return folder


def interpreter() -> str:
    """Which Python, and which build of it: the same version may run a fifth faster from another builder."""
    return f"Python {sys.version}".replace("\n", "")


def same_libraries() -> tuple[str, ...]:
    """The model's libraries in one version on every side, so that the servers differ and nothing else does."""
    return tuple(f"{name}=={version(name)}" for name in ("numpy", "pandas", "scikit-learn"))


def _system_folder(program: str) -> Path:
    found = shutil.which(program) or shutil.which(program, path=SYSTEM_FOLDERS)
    if found is None:
        raise Unmeasured(f"{program} is not installed")
    return Path(found).parent


def _build(folder: Path, requirements: tuple[str, ...]) -> None:
    print(f"building {folder.relative_to(ROOT)} (once)", flush=True)
    _run(sys.executable, "-m", "venv", "--clear", str(folder))
    _run(str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S)
    except subprocess.CalledProcessError as error:
        last_line = (error.stderr.strip() or f"code {error.returncode}").splitlines()[-1]
        raise Unmeasured(f"cannot be installed: {last_line}") from error
    except subprocess.TimeoutExpired as error:
        raise Unmeasured(f"cannot be installed within {BUILD_TIMEOUT_S} s") from error
