"""SIGTERM and SIGINT: whatever was accepted is answered, nothing new is, and the process ends in time.

run() waits at named pipes, so a test knows that a call is in run() when it sends the signal.
"""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.connection import Connection
from tests.e2e.pipe import pipe
from tests.e2e.stopping import assert_last_answer, begin_call, exit_code, wait_logged, wait_refusing
from tests.e2e.wrong_request import get, post
from tests.process import ServerProcess

SCRIPTS = "tests/scripts"
STOP_SIGNALS = [signal.SIGTERM, signal.SIGINT]
DRAIN_S = 1
QUEUED_CALLS = 8
SHUTTING_DOWN = "The server is shutting down."


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_accepted_calls_are_answered(number: signal.Signals, tmp_path: Path) -> None:
    """One call is in run(), others wait in the queue: each gets its own answer, and the connection closes."""
    with pipe(tmp_path) as held, ServerProcess(f"{SCRIPTS}/bad_pipe_reader.py") as server, ExitStack() as opened:
        first = opened.enter_context(begin_call(server, held))
        queued = [opened.enter_context(Connection(server.port)) for _ in range(QUEUED_CALLS)]
        for index, connection in enumerate(queued):
            connection.send(post(b"queued %d" % index))
        assert server.request("GET", "/health/live").status == 200
        server.process.send_signal(number)
        wait_refusing(server)
        held.release("first")
        assert_last_answer(first, {"read": "first\n"})
        for index, connection in enumerate(queued):
            assert_last_answer(connection, {"given": f"queued {index}"})
        assert exit_code(server) == 0


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_an_idle_connection_may_bring_one_more_request(number: signal.Signals) -> None:
    """It may have been sent already when the signal came; without an answer its client could not know."""
    with ServerProcess(f"{SCRIPTS}/bad_pipe_reader.py") as server, Connection(server.port) as idle:
        idle.send(post(b"before"))
        assert idle.answer().json() == {"given": "before"}
        server.process.send_signal(number)
        wait_refusing(server)
        idle.send(post(b"after"))
        assert_last_answer(idle, {"given": "after"})
        assert exit_code(server) == 0


def test_idle_connections_do_not_hold_the_process() -> None:
    with ServerProcess(f"{SCRIPTS}/bad_pipe_reader.py") as server, ExitStack() as opened:
        idle = [opened.enter_context(Connection(server.port)) for _ in range(20)]
        for connection in idle[:10]:
            connection.send(get(b"/"))
            assert connection.answer().body == b"Healthy"
        server.process.terminate()
        assert exit_code(server) == 0


def test_a_request_that_has_begun_to_arrive_is_answered() -> None:
    with ServerProcess(f"{SCRIPTS}/bad_pipe_reader.py") as server, Connection(server.port) as slow:
        slow.send(post(b"slow")[:-2])
        assert server.request("GET", "/health/live").status == 200
        server.process.terminate()
        wait_refusing(server)
        slow.send(b"ow")
        assert_last_answer(slow, {"given": "slow"})
        assert exit_code(server) == 0


def test_a_request_that_never_arrives_holds_the_process_no_longer_than_the_drain() -> None:
    drain = ("--drain-seconds", str(DRAIN_S))
    with ServerProcess(f"{SCRIPTS}/bad_pipe_reader.py", *drain) as server, Connection(server.port) as slow:
        slow.send(post(b"never whole")[:-2])
        assert server.request("GET", "/health/live").status == 200
        server.process.terminate()
        assert exit_code(server) == 0


def test_a_draining_server_is_not_ready(tmp_path: Path) -> None:
    with pipe(tmp_path) as held, ServerProcess(f"{SCRIPTS}/bad_pipe_reader.py") as server:
        with begin_call(server, held) as call, Connection(server.port) as probe:
            server.process.terminate()
            wait_refusing(server)
            probe.send(get(b"/health/ready"))
            assert probe.answer().status == 503
            held.release("last")
            assert call.answer().json() == {"read": "last\n"}
        assert exit_code(server) == 0


def test_a_stop_is_seen_while_run_is_in_native_code(tmp_path: Path) -> None:
    with pipe(tmp_path) as held, ServerProcess(f"{SCRIPTS}/bad_native_call.py") as server:
        with begin_call(server, held) as call:
            server.process.terminate()
            wait_refusing(server)
            held.release("native")
            assert call.answer().json() == {"read": "native\n"}
        assert exit_code(server) == 0


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_stop_ends_init(number: signal.Signals, tmp_path: Path) -> None:
    with pipe(tmp_path) as held:
        env = {"PIPE": held.name}
        with ServerProcess(f"{SCRIPTS}/bad_slow_init.py", env=env, wait_for="/health/live") as server:
            held.wait_begun()
            server.process.send_signal(number)
            assert (exit_code(server), "Traceback" in server.log()) == (0, False), server.log()


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_second_signal_ends_a_long_call(number: signal.Signals, tmp_path: Path) -> None:
    with pipe(tmp_path) as held, ServerProcess(f"{SCRIPTS}/bad_pipe_reader.py") as server:
        with begin_call(server, held) as call:
            server.process.send_signal(number)
            wait_refusing(server)
            server.process.send_signal(number)
            answer = call.answer()
            assert (answer.status, answer.json()) == (503, {"message": SHUTTING_DOWN})
        assert exit_code(server) == 1


def test_a_call_longer_than_the_drain_is_answered_503(tmp_path: Path) -> None:
    drain = ("--drain-seconds", str(DRAIN_S))
    with pipe(tmp_path) as held, ServerProcess(f"{SCRIPTS}/bad_pipe_reader.py", *drain) as server:
        with begin_call(server, held) as call:
            begun = time.monotonic()
            server.process.terminate()
            answer = call.answer()
            assert time.monotonic() - begun >= DRAIN_S
            assert (answer.status, answer.json()) == (503, {"message": SHUTTING_DOWN})
        assert exit_code(server) == 1
        assert "stopped before every accepted call had ended" in server.log()


def test_an_init_that_does_not_return_cannot_keep_the_process() -> None:
    options = ("--drain-seconds", str(DRAIN_S))
    with ServerProcess(f"{SCRIPTS}/bad_endless_init.py", *options, wait_for="/health/live") as server:
        wait_logged(server, "init() has begun")
        server.process.send_signal(signal.SIGTERM)
        assert exit_code(server) == 1
        assert "the script does not return and cannot be interrupted" in server.log()


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_clean_stop_warns_of_nothing(number: signal.Signals) -> None:
    with ServerProcess(f"{SCRIPTS}/bad_pipe_reader.py") as server:
        assert server.request("POST", "/score", b"only").status == 200
        server.process.send_signal(number)
        assert exit_code(server) == 0
        levels = [line.split()[2] for line in server.log().splitlines() if line[:2] == "20"]
        assert set(levels) == {"I"}
