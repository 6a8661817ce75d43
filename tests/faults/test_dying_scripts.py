"""Scripts that end or hang their process: a worker is replaced and only its own call fails; a server ends with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.canary import assert_goes_on
from tests.e2e.connection import Connection, IncompleteAnswerError
from tests.e2e.pipe import pipe
from tests.e2e.stopping import exit_code
from tests.e2e.wrong_request import post
from tests.process import Answer, ServerProcess

SCRIPTS = "tests/scripts"
ONE_WORKER = ("--runner", "processes")
EXIT_CODES = {"exit": 0, "abort": -6, "segfault": -11, "kill": -9}
TIMEOUT_ENV = {"SCORING_TIMEOUT_MS": "300"}
# Five starts with pauses between them.
GIVING_UP_S = 30.0


def ask(server: ServerProcess, text: str) -> Answer:
    return server.request("POST", "/score", text)


@pytest.fixture(scope="module")
def dying() -> Iterator[ServerProcess]:
    with ServerProcess(f"{SCRIPTS}/bad_deaths.py", *ONE_WORKER) as server:
        yield server
        assert server.stop() == 0


@pytest.mark.parametrize("way", [*EXIT_CODES, "close"])
def test_a_worker_that_dies_is_replaced(way: str, dying: ServerProcess) -> None:
    before = ask(dying, "pid").json()
    answer = ask(dying, way)
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert isinstance(answer.json()["message"], str)
    dying.wait_until_ok("/health/ready")
    assert ask(dying, "pid").json() != before
    assert_goes_on(dying)


@pytest.mark.parametrize(("way", "code"), EXIT_CODES.items(), ids=EXIT_CODES)
def test_without_workers_the_server_dies_with_its_script(way: str, code: int) -> None:
    with ServerProcess(f"{SCRIPTS}/bad_deaths.py") as server, Connection(server.port) as client:
        client.send(post(way.encode()))
        with pytest.raises((IncompleteAnswerError, ConnectionResetError)):
            client.answer()
        assert exit_code(server) == code


def test_a_worker_in_a_native_call_is_replaced_at_the_timeout(tmp_path: Path) -> None:
    script = f"{SCRIPTS}/bad_native_call.py"
    with pipe(tmp_path) as native, ServerProcess(script, *ONE_WORKER, env=TIMEOUT_ENV) as server:
        with Connection(server.port) as waiting, Connection(server.port) as stuck:
            stuck.send(post(native.name.encode()))
            native.wait_begun()
            waiting.send(post(b"after it"))
            answer = stuck.answer()
            assert (answer.status, answer.json()) == (500, {"message": "Scoring timeout after 300 ms"})
            assert waiting.answer().json() == {"given": "after it"}
        server.wait_until_ok("/health/ready")
        assert_goes_on(server)
        assert server.stop() == 0


def test_a_worker_that_cannot_start_again_ends_the_server(tmp_path: Path) -> None:
    env = {"MARK": str(tmp_path / "mark")}
    with ServerProcess(f"{SCRIPTS}/bad_second_init.py", *ONE_WORKER, env=env) as server:
        assert ask(server, "die").status == 503
        assert exit_code(server, GIVING_UP_S) == 3
        assert "RuntimeError: init() works only once" in server.log()
