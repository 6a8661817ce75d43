"""Alternating runs: medians, runs that do not count, servers that are out."""

from __future__ import annotations

import pytest

from benchmarks.environments import Peer
from benchmarks.rounds import Figures, Row, alternate
from benchmarks.servers import Request, Server
from benchmarks.unmeasured import Unmeasured


def server(name: str) -> Server:
    """A server that is never started."""
    return Server(name, Peer(name), lambda _programs, _port: (), Request("", ""))


def test_takes_turns_and_keeps_the_medians() -> None:
    turns: list[str] = []
    given = {"a": iter([1.0, 9.0, 5.0]), "b": iter([2.0, 2.0, 4.0])}

    def run(asked: Server) -> Figures:
        turns.append(asked.name)
        return {"requests/s": next(given[asked.name])}

    rows = alternate([server("a"), server("b")], 3, run, "key")
    assert turns == ["a", "b"] * 3
    assert [row.figures() for row in rows] == [{"requests/s": 5.0}, {"requests/s": 2.0}]


@pytest.mark.parametrize("error", [Unmeasured("ended with code 1"), EOFError("ended with code 1")])
def test_a_failing_server_is_out_and_the_others_go_on(error: Exception) -> None:
    asked: list[str] = []

    def run(one: Server) -> Figures:
        asked.append(one.name)
        if one.name == "bad":
            raise error
        return {"requests/s": 1.0}

    bad, good = alternate([server("bad"), server("good")], 4, run, "key")
    assert (asked.count("bad"), asked.count("good")) == (2, 4)
    assert bad.figures() == {}
    assert "ended with code 1" in bad.failures[0]
    assert len(good.runs) == 4


def test_a_run_that_fails_does_not_count() -> None:
    outcomes = iter([8.0, None, None, None, 6.0])

    def run(_server: Server) -> Figures:
        value = next(outcomes)
        if value is None:
            raise Unmeasured("fails requests under load")
        return {"requests/s": value}

    (row,) = alternate([server("a")], 5, run, "key")
    assert row == Row("a", [{"requests/s": 8.0}, {"requests/s": 6.0}], ["fails requests under load"] * 3)
    assert row.figures() == {"requests/s": 7.0}
