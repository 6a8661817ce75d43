"""run() and init() that misbehave: the call gets its error, and the server goes on with the next one.

In both kinds of runner. What only a worker process survives is in tests/faults/test_dying_scripts.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.canary import assert_canary, assert_goes_on
from tests.e2e.connection import Connection
from tests.e2e.pipe import pipe
from tests.e2e.stopping import wait_logged
from tests.e2e.wrong_request import get, post
from tests.process import Answer, ServerProcess

SCRIPTS = "tests/scripts"
RUN_FAILED = {"message": "An unexpected error occurred in scoring script. Check the logs for more info."}
TIMEOUT_MS = 300
TIMED_OUT = {"message": f"Scoring timeout after {TIMEOUT_MS} ms"}
TIMEOUT_ENV = {"SCORING_TIMEOUT_MS": str(TIMEOUT_MS)}
RUNNERS = {"threads": (), "workers": ("--workers", "2")}
# What the timer, a busy machine and the grace for native calls may add to a time-out.
MAX_LATE_S = 2.0
MAX_LOGGED_BYTES = 200_000
# Starts the server with a pipe for its output that stays open and that nobody reads.
UNREAD_OUTPUT = (
    "import os, sys; end, out = os.pipe(); os.set_inheritable(end, True); os.dup2(out, 1); os.dup2(out, 2); "
    "os.execv(sys.executable, [sys.executable, '-m', 'scoring_runtime', *sys.argv[1:]])"
)

RAISED = {
    "plain": "ValueError: plain text of the script",
    "mute": "Mute",
    "unloadable": "Unloadable",
    "huge": "characters left out",
    "cycle": "ValueError: first",
    "chain": "ValueError",
    "group": "ValueError: no groups" if sys.version_info < (3, 11) else "ExceptionGroup: several (2 sub-exceptions)",
    "recursion": "RecursionError: maximum recursion depth exceeded",
    "memory": "MemoryError",
    "StopIteration": "StopIteration",
    "SystemExit": "SystemExit: 0",
    "KeyboardInterrupt": "KeyboardInterrupt",
    "GeneratorExit": "GeneratorExit",
    "CancelledError": "CancelledError",
    "BaseException": "BaseException: base",
    "TimeoutError": "TimeoutError: the script's own",
}


@pytest.fixture(scope="module", params=[*RUNNERS.values()], ids=[*RUNNERS])
def runner(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that choose a runner."""
    return tuple(request.param)


@pytest.fixture(scope="module")
def raising(runner: tuple[str, ...]) -> Iterator[ServerProcess]:
    with ServerProcess(f"{SCRIPTS}/bad_exceptions.py", *runner) as server:
        yield server


@pytest.fixture(scope="module")
def hanging(runner: tuple[str, ...]) -> Iterator[ServerProcess]:
    with ServerProcess(f"{SCRIPTS}/bad_hangs.py", *runner, env=TIMEOUT_ENV) as server:
        yield server


def ask(server: ServerProcess, text: str) -> Answer:
    return server.request("POST", "/score", text)


@pytest.mark.parametrize(("name", "logged"), RAISED.items(), ids=RAISED)
def test_whatever_run_raises_is_one_failed_call(name: str, logged: str, raising: ServerProcess) -> None:
    before = len(raising.log())
    answer = ask(raising, name)
    assert (answer.status, answer.json()) == (500, RUN_FAILED)
    assert answer.headers["x-ms-run-function-failed"] == "True"
    assert_goes_on(raising)
    wait_logged(raising, logged, before)
    log = raising.log()[before:]
    assert "Encountered Exception: " in log
    assert len(log) < MAX_LOGGED_BYTES


@pytest.mark.parametrize("name", ["sleep", "spin", "deadlock"])
def test_a_hanging_run_is_interrupted(name: str, hanging: ServerProcess) -> None:
    begun = time.monotonic()
    answer = ask(hanging, name)
    elapsed_s = time.monotonic() - begun
    assert (answer.status, answer.json()) == (500, TIMED_OUT)
    assert answer.headers["x-ms-run-function-failed"] == "True"
    assert TIMEOUT_MS / 1000 <= elapsed_s < TIMEOUT_MS / 1000 + MAX_LATE_S
    assert_goes_on(hanging)


def test_a_native_call_is_answered_for_and_the_server_is_not_ready_meanwhile(tmp_path: Path) -> None:
    script = f"{SCRIPTS}/bad_native_call.py"
    with pipe(tmp_path) as native, ServerProcess(script, env=TIMEOUT_ENV) as server, Connection(server.port) as waiting:
        begun = time.monotonic()
        answer = ask(server, native.name)
        assert time.monotonic() - begun < TIMEOUT_MS / 1000 + MAX_LATE_S
        assert (answer.status, answer.json()) == (500, TIMED_OUT)
        ready = server.request("GET", "/health/ready")
        assert (ready.status, "stuck" in ready.json()["message"]) == (503, True)
        assert server.request("GET", "/health/live").status == 200
        waiting.send(post(b"after it"))
        native.release("go on")
        assert waiting.answer().json() == {"given": "after it"}
        assert_goes_on(server)
        assert "bad_native_call.py" in server.stdout()


def test_output_that_nobody_reads_does_not_stop_the_server(runner: tuple[str, ...]) -> None:
    command = (sys.executable, "-c", UNREAD_OUTPUT)
    env = {"SCORING_TIMEOUT_MS": "5000"}
    with ServerProcess(f"{SCRIPTS}/bad_printer.py", *runner, env=env, command=command) as server:
        for way in ("print", "stdout", "stderr", "buffered"):
            assert ask(server, way).json() == {"given": way}
            assert_goes_on(server)
        assert server.stop() == 0


def test_run_may_start_an_event_loop(runner: tuple[str, ...]) -> None:
    with ServerProcess(f"{SCRIPTS}/bad_asyncio_run.py", *runner) as server:
        for _ in range(3):
            assert_goes_on(server)


def test_run_may_be_a_coroutine_function(runner: tuple[str, ...]) -> None:
    with ServerProcess(f"{SCRIPTS}/bad_loops.py", *runner) as server:
        for text in ("a", "b"):
            assert ask(server, text).json() == {"here": text * 2, "there": text * 2}


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_while_init_lasts_only_liveness_is_200(kind: str, tmp_path: Path) -> None:
    with pipe(tmp_path) as slow:
        env, options = {"PIPE": slow.name}, ("--runner", kind)
        with ServerProcess(f"{SCRIPTS}/bad_slow_init.py", *options, env=env, wait_for="/health/live") as server:
            slow.wait_begun()
            for target in ("/", "/score", "/health/ready", "/health/startup", "/swagger.json"):
                answer = server.request("GET", target)
                assert answer.status == 503, target
                assert "init() has not returned yet" in answer.json()["message"]
                assert answer.headers["Retry-After"] is not None
            with Connection(server.port) as connection:
                connection.send(post(b"too early") + get(b"/health/live"))
                assert [connection.answer().status for _ in range(2)] == [503, 200]
                slow.release("ready")
                server.wait_until_ok("/health/ready")
                assert_canary(connection)
