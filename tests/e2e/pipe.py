"""How a test and a script wait for each other: a named pipe, and its twin `.begun`.

The script opens the twin and writes a word, which says that it has come so far; then it reads one line of the pipe.
"""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Iterator
from pathlib import Path

TIMEOUT_S = 20.0


class Pipe:
    """Both ends are open from the start, so neither the test nor the script waits in open()."""

    def __init__(self, path: Path) -> None:
        self.name = os.fspath(path)
        os.mkfifo(self.name)
        os.mkfifo(self.name + ".begun")
        self._begun = os.open(self.name + ".begun", os.O_RDONLY | os.O_NONBLOCK)
        self._line = os.open(self.name, os.O_RDWR)

    def wait_begun(self) -> None:
        """Returns when the script has come to its pipe."""
        is_readable, _, _ = select.select([self._begun], [], [], TIMEOUT_S)
        assert is_readable, "the script did not come to its pipe"
        assert os.read(self._begun, 64) == b"begun"

    def release(self, line: str) -> None:
        """Lets the script go on with this line."""
        os.write(self._line, f"{line}\n".encode())

    def close(self) -> None:
        os.close(self._begun)
        os.close(self._line)


@contextlib.contextmanager
def pipe(folder: Path, name: str = "pipe") -> Iterator[Pipe]:
    """A pipe in `folder`; at the end a script that still waits is let go."""
    made = Pipe(folder / name)
    try:
        yield made
    finally:
        made.release("the test has ended")
        made.close()
