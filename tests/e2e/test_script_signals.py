"""Scripts that change signal handlers, and more that belongs to the whole process: it still stops when told to."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.e2e.canary import assert_goes_on
from tests.e2e.connection import Connection
from tests.e2e.pipe import pipe
from tests.e2e.stopping import begin_call, exit_code, wait_refusing
from tests.e2e.wrong_request import post
from tests.process import ServerProcess

SCRIPTS = "tests/scripts"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_script_that_changes_the_process_does_not_own_it(number: signal.Signals) -> None:
    """Signals ignored, another folder, logging off, json changed: answers stay as they are, signals are obeyed."""
    with ServerProcess(f"{SCRIPTS}/bad_neighbour.py") as server:
        assert_goes_on(server)
        assert server.request("POST", "/score", b"\xff").body.startswith(b'{"message": "Input cannot be decoded')
        assert server.request("POST", "/score", b"a").body == b'{"given": "a"}'
        assert server.request("GET", "/swagger.json").status == 200
        server.process.send_signal(number)
        assert exit_code(server) == 0


@pytest.mark.parametrize("change", ["ignore", "default", "asyncio"])
def test_a_stop_is_obeyed_after_run_has_changed_the_signals(change: str) -> None:
    with ServerProcess(f"{SCRIPTS}/bad_late_signals.py") as server:
        assert server.request("POST", "/score", change).json() == {"given": change}
        assert_goes_on(server)
        server.process.terminate()
        assert exit_code(server) == 0


def test_a_handler_of_the_script_does_not_cost_accepted_calls(tmp_path: Path) -> None:
    """It raises SystemExit inside run(): that call fails, those behind it get their answers."""
    with pipe(tmp_path) as held, ServerProcess(f"{SCRIPTS}/bad_signal_handler.py") as server:
        with begin_call(server, held) as call, Connection(server.port) as queued:
            queued.send(post(b"queued"))
            assert server.request("GET", "/health/live").status == 200
            server.process.terminate()
            held.release("late")
            assert call.answer().status in (200, 500)
            assert queued.answer().json() == {"given": "queued"}
        assert exit_code(server) == 0


def test_a_handler_of_the_script_does_not_cost_idle_connections() -> None:
    with ServerProcess(f"{SCRIPTS}/bad_signal_handler.py") as server, Connection(server.port) as idle:
        idle.send(post(b"before"))
        assert idle.answer().json() == {"given": "before"}
        server.process.terminate()
        wait_refusing(server)
        idle.send(post(b"after"))
        assert idle.answer().json() == {"given": "after"}
        assert exit_code(server) == 0
