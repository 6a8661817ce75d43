"""SIGTERM with `--drain-delay-seconds`: readiness goes first, and connections are taken for a while."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack

from tests.e2e.connection import Connection
from tests.e2e.stopping import PROMPT_S, assert_last_answer, exit_code, wait_refusing
from tests.e2e.wrong_request import post
from tests.process import ServerProcess, has_ended

SCRIPT = "tests/scripts/bad_pipe_reader.py"
DELAY_S = 2


def wait_not_ready(server: ServerProcess) -> None:
    """Returns when readiness has gone; each question is a connection of its own, which the server takes."""
    for _ in range(int(PROMPT_S / 0.02)):
        if server.request("GET", "/health/ready").status == 503:
            return
        assert not has_ended(server.process, within_s=0.02), server.log()
    raise AssertionError("still ready")


def test_connections_are_taken_while_readiness_says_no() -> None:
    with ServerProcess(SCRIPT, "--drain-delay-seconds", str(DELAY_S)) as server, Connection(server.port) as kept:
        begun_s = time.monotonic()
        server.process.terminate()
        wait_not_ready(server)
        answer = server.request("POST", "/score", "late")
        if time.monotonic() - begun_s < DELAY_S:
            assert "Connection" not in answer.headers or answer.headers["Connection"] != "close"
        assert answer.json() == {"given": "late"}
        assert server.request("GET", "/health/live").status == 200
        wait_refusing(server)
        assert time.monotonic() - begun_s >= DELAY_S
        kept.send(post(b"kept"))
        assert_last_answer(kept, {"given": "kept"})
        assert exit_code(server) == 0


def test_a_second_signal_ends_the_delay() -> None:
    with ServerProcess(SCRIPT, "--drain-delay-seconds", "600") as server:
        server.process.terminate()
        wait_not_ready(server)
        server.process.terminate()
        assert exit_code(server) == 0


def test_clients_that_the_kernel_has_accepted_are_answered() -> None:
    """While the process stands still, connections and the signal arrive; it meets all of them at once."""
    with ServerProcess(SCRIPT) as server, ExitStack() as opened:
        server.process.send_signal(signal.SIGSTOP)
        connections = [opened.enter_context(Connection(server.port)) for _ in range(20)]
        for number, connection in enumerate(connections):
            connection.send(post(b"%d" % number))
        server.process.terminate()
        server.process.send_signal(signal.SIGCONT)
        for number, connection in enumerate(connections):
            assert connection.answer().json() == {"given": str(number)}
        assert exit_code(server) == 0
