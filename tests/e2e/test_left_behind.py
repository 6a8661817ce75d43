"""What a script leaves behind, children, threads and streams, neither stops the server nor keeps it from stopping."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.e2e.connection import Connection
from tests.e2e.stopping import exit_code
from tests.e2e.wrong_request import post
from tests.process import ServerProcess, clean_environment, free_port

SCRIPTS = "tests/scripts"
# The last resort of the program comes after five seconds.
LAST_RESORT_S = 15.0


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_that_is_terminated_is_not_the_server() -> None:
    with ServerProcess(f"{SCRIPTS}/bad_forked_child.py") as server:
        for text in ("one", "two"):
            assert server.request("POST", "/score", text).json() == {"alive": False, "given": text}
        assert server.stop() == 0


def test_a_thread_that_never_ends_does_not_keep_a_stopped_server() -> None:
    with ServerProcess(f"{SCRIPTS}/bad_left_thread.py") as server:
        server.process.send_signal(signal.SIGTERM)
        assert exit_code(server, LAST_RESORT_S) == 0


def test_a_thread_that_never_ends_does_not_keep_a_failed_start() -> None:
    command = [sys.executable, "-m", "scoring_runtime", f"{SCRIPTS}/bad_left_thread.py", "--port", str(free_port())]
    done = subprocess.run(command, env=clean_environment({"FAIL": "1"}), capture_output=True, timeout=60, check=False)
    assert done.returncode == 3


def test_a_stream_that_never_ends_does_not_keep_a_stopped_server() -> None:
    options = ("--drain-seconds", "1")
    with ServerProcess(f"{SCRIPTS}/bad_silent_stream.py", *options) as server:
        with Connection(server.port) as client:
            client.send(post(b""))
            assert client.receive(1)
        server.process.send_signal(signal.SIGTERM)
        assert exit_code(server, LAST_RESORT_S) == 1
