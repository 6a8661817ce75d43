"""`--threads N`: so many calls at once in one process, and what happens when some of them never return."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.canary import assert_goes_on
from tests.e2e.connection import Connection
from tests.e2e.pipe import pipe
from tests.e2e.stopping import PROMPT_S, begin_call, exit_code, wait_logged
from tests.e2e.wrong_request import get, post
from tests.process import ServerProcess, has_ended

SCRIPTS = "tests/scripts"
TIMEOUT_ENV = {"SCORING_TIMEOUT_MS": "300"}


@pytest.mark.parametrize("threads", [2, 4])
def test_so_many_calls_run_at_once(threads: int) -> None:
    env = {"THREADS": str(threads)}
    with (
        ServerProcess(f"{SCRIPTS}/thread_barrier.py", "--threads", str(threads), env=env) as server,
        ExitStack() as opened,
    ):
        connections = [opened.enter_context(Connection(server.port)) for _ in range(2 * threads)]
        for number, connection in enumerate(connections):
            connection.send(post(b"%d" % number))
        for number, connection in enumerate(connections):
            assert connection.answer().json() == {"given": str(number)}
        assert server.stop() == 0


def test_one_is_enough_to_stay_ready(tmp_path: Path) -> None:
    """The first call that cannot be interrupted leaves a thread for others; the second leaves none."""
    options = ("--threads", "2")
    with (
        pipe(tmp_path, "one") as one,
        pipe(tmp_path, "other") as other,
        ServerProcess(f"{SCRIPTS}/bad_native_call.py", *options, env=TIMEOUT_ENV) as server,
        Connection(server.port) as probe,
    ):
        with begin_call(server, one) as first:
            assert first.answer().status == 500
            assert_goes_on(server)
            with begin_call(server, other) as second:
                assert second.answer().status == 500
                probe.send(get(b"/health/ready"))
                answer = probe.answer()
                assert (answer.status, "stuck" in answer.json()["message"]) == (503, True)
        one.release("go on")
        server.wait_until_ok("/health/ready")
        assert_goes_on(server)
        other.release("go on")
        assert server.log().count("cannot be interrupted") == 2


def test_a_stop_waits_for_the_calls_of_all_threads(tmp_path: Path) -> None:
    options = ("--threads", "2")
    with (
        pipe(tmp_path, "one") as one,
        pipe(tmp_path, "other") as other,
        ServerProcess(f"{SCRIPTS}/bad_pipe_reader.py", *options) as server,
        begin_call(server, one) as first,
        begin_call(server, other) as second,
    ):
        server.process.terminate()
        one.release("1")
        assert first.answer().json() == {"read": "1\n"}
        assert not has_ended(server.process, within_s=0.2)
        other.release("2")
        assert second.answer().json() == {"read": "2\n"}
        assert exit_code(server) == 0


def test_a_stream_that_hangs_makes_the_server_unready() -> None:
    with (
        ServerProcess(f"{SCRIPTS}/bad_silent_stream.py", "--drain-seconds", "1", env=TIMEOUT_ENV) as server,
        Connection(server.port) as connection,
    ):
        connection.send(post(b"x"))
        wait_status(server, 503)
        assert server.request("GET", "/health/live").status == 200


def wait_status(server: ServerProcess, status: int) -> None:
    """Returns when readiness has this status."""
    for _ in range(int(PROMPT_S / 0.02)):
        if server.request("GET", "/health/ready").status == status:
            return
        assert not has_ended(server.process, within_s=0.02), server.log()
    raise AssertionError(f"readiness never was {status}")


def test_the_log_names_the_function_that_hangs(tmp_path: Path) -> None:
    with (
        pipe(tmp_path) as held,
        ServerProcess(f"{SCRIPTS}/bad_native_call.py", "--threads", "2", env=TIMEOUT_ENV) as server,
        begin_call(server, held) as call,
    ):
        assert call.answer().status == 500
        wait_logged(server, "bad_native_call.py")
        held.release("go on")
