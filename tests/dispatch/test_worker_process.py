"""The keeper of one process: it tells how the process ended, once, whatever happens before."""

from __future__ import annotations

import os
import signal
import sys
import threading
from queue import SimpleQueue

import pytest

from scoring_runtime.dispatch.worker_process import WorkerProcess

WAIT_S = 20.0
SLEEP = "import time; time.sleep(600)"


class Kept:
    """A process and what its keeper told."""

    def __init__(self, *command: str, fds: tuple[int, ...] = ()) -> None:
        self.exits: SimpleQueue[tuple[int | None, str]] = SimpleQueue()
        self.has_descriptors = threading.Event()
        self.process = WorkerProcess(command, fds, lambda code, reason: self.exits.put((code, reason)))

    def start(self) -> None:
        self.process.start(after=self.has_descriptors.set)

    def exit(self) -> tuple[int | None, str]:
        told = self.exits.get(timeout=WAIT_S)
        assert self.process.join(WAIT_S)
        assert self.exits.empty()
        return told


@pytest.mark.parametrize("code", [0, 7])
def test_the_exit_code_is_told(code: int) -> None:
    kept = Kept(sys.executable, "-c", f"raise SystemExit({code})")
    kept.start()
    assert kept.exit() == (code, "")


def test_a_process_that_is_killed() -> None:
    kept = Kept(sys.executable, "-c", SLEEP)
    kept.start()
    assert kept.has_descriptors.wait(WAIT_S)
    assert kept.process.pid is not None
    assert not kept.process.join(0)
    kept.process.kill()
    assert kept.exit() == (-signal.SIGKILL, "")
    kept.process.kill()


def test_a_process_that_is_killed_before_it_is_there() -> None:
    kept = Kept(sys.executable, "-c", SLEEP)
    kept.process.kill()
    kept.start()
    assert kept.exit() == (-signal.SIGKILL, "")


def test_a_command_that_cannot_be_started() -> None:
    kept = Kept("/nowhere/python")
    kept.start()
    code, reason = kept.exit()
    assert (code, kept.process.pid) == (None, None)
    assert "No such file" in reason
    assert kept.has_descriptors.is_set()


def test_it_gets_its_descriptors_no_input_and_a_session_of_its_own() -> None:
    receiver, sender = os.pipe()
    tell = f"import os, sys; os.write({sender}, b'%d %r' % (os.getsid(0) == os.getpid(), sys.stdin.read().encode()))"
    kept = Kept(sys.executable, "-c", tell, fds=(sender,))
    kept.start()
    assert kept.exit() == (0, "")
    os.close(sender)
    with open(receiver, "rb") as told:
        assert told.read() == b"1 b''"
