"""Runs statements in a fresh interpreter with the finders in place and fake packages installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

PREAMBLE = "from scoring_runtime.compat import finder; finder.install()\n"


def run(code: str, *site: Path, preamble: str = PREAMBLE) -> str:
    """What the code prints, warnings being errors; `site` are folders to import from before the others."""
    done = attempt(code, *site, preamble=preamble)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def attempt(code: str, *site: Path, preamble: str = PREAMBLE) -> subprocess.CompletedProcess[str]:
    """The finished interpreter, whether the code succeeded or not."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", preamble + dedent(code)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, site))},
        capture_output=True,
        text=True,
        timeout=60,
    )


def install(site: Path, files: dict[str, str]) -> Path:
    """Write a fake installed package: file names below `site` with their contents."""
    for name, content in files.items():
        file = site / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return site
