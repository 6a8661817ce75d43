"""How long a call waits for its run(): the server's limit, and what the client says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.connection import Connection
from tests.e2e.pipe import pipe
from tests.e2e.stopping import begin_call
from tests.e2e.wrong_request import post
from tests.process import ServerProcess

SCRIPT = "tests/scripts/noted_calls.py"
TIME_OVER = {"message": "The request's time was over before run() could begin."}


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (("--queue-timeout-ms", "1000"), []),
        ((), [b"x-request-timeout-ms: 100"]),
        (("--queue-timeout-ms", "60000"), [b"X-Request-Timeout-Ms: 100"]),
        (("--queue-timeout-ms", "1000"), [b"x-request-timeout-ms: 60000"]),
    ],
    ids=["the server's", "the client's", "the client's is shorter", "the server's is shorter"],
)
def test_a_call_that_waits_too_long_is_answered_and_never_run(
    tmp_path: Path, options: tuple[str, ...], lines: list[bytes]
) -> None:
    notes = tmp_path / "notes"
    with (
        pipe(tmp_path) as held,
        ServerProcess(SCRIPT, *options, env={"NOTES": str(notes)}) as server,
        begin_call(server, held) as first,
        Connection(server.port) as waiting,
    ):
        waiting.send(post(b"late", *lines))
        answer = waiting.answer()
        assert (answer.status, answer.json()) == (504, TIME_OVER)
        assert answer.headers["x-ms-run-function-failed"] == "False"
        held.release("on")
        assert first.answer().json() == {"read": "on\n"}
        waiting.send(post(b"next", b"x-request-timeout-ms: 60000"))
        assert waiting.answer().status == 200
    assert notes.read_text().splitlines() == [held.name, "next"]


def test_a_long_run_that_began_in_time_is_not_cut_short(tmp_path: Path) -> None:
    with (
        pipe(tmp_path) as held,
        ServerProcess(SCRIPT, env={"NOTES": str(tmp_path / "notes")}) as server,
        Connection(server.port) as running,
        Connection(server.port) as waiting,
    ):
        running.send(post(held.name.encode(), b"x-request-timeout-ms: 10000"))
        held.wait_begun()
        waiting.send(post(b"late", b"x-request-timeout-ms: 100"))
        assert waiting.answer().status == 504
        held.release("whole")
        assert running.answer().json() == {"read": "whole\n"}


def test_a_time_out_that_is_no_number_is_wrong_input() -> None:
    with ServerProcess(SCRIPT, env={"NOTES": "/dev/null"}) as server:
        answer = server.request("POST", "/score", "x", {"x-request-timeout-ms": "1.5"})
        assert answer.status == 400
        assert "a whole number from 1 to 999999999, not '1.5'" in answer.json()["message"]
