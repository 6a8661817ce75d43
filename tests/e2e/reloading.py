"""What tests of reloads have in common: a script that is written again and again, and how it is asked for."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from textwrap import dedent

from tests.process import ServerProcess

PATIENCE_S = 15.0
POLL_S = 0.01
COUNTER = """
    def init():
        global calls
        calls = 0

    def run(data):
        global calls
        calls += 1
        return {{"version": {version}, "calls": calls}}
"""


class Script:
    """The entry script of a test, which is written again and again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "score.py"
        self._folder = folder
        self._written_s = int(time.time()) - 10_000

    def write(self, source: str, name: str = "score.py") -> None:
        """A file whose time differs by whole seconds from the one before: by them compiled forms are told apart."""
        self._written_s += 10
        path = self._folder / f"{name}.new"
        path.write_text(dedent(source))
        os.utime(path, (self._written_s, self._written_s))
        path.rename(self._folder / name)

    def version(self, number: int) -> None:
        self.write(COUNTER.format(version=number))


def hang_up(server: ServerProcess) -> None:
    server.process.send_signal(signal.SIGHUP)


def asked(server: ServerProcess) -> object:
    answer = server.request("POST", "/score", "x")
    assert answer.status == 200, answer.text
    return answer.json()
