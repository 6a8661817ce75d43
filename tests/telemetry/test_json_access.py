"""The lines of each request as JSON objects."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scoring_runtime.telemetry import loggers, logs
from scoring_runtime.telemetry.json_access import JsonAccessLog
from tests.telemetry.conftest import Captured

NOON_S = 1795348800.0071


class Server:
    """A JsonAccessLog whose clock stands still; `turn()` runs what was scheduled."""

    def __init__(self, out: Captured) -> None:
        self.now_s = NOON_S
        self.scheduled: list[Callable[[], None]] = []
        self.log = JsonAccessLog(out.writer, self.scheduled.append, lambda: self.now_s)
        self._out = out

    def answer(self) -> None:
        """Log the two lines of one request."""
        self.log.log_view("POST", "/score", 200, 1.569, 39, "id-1")
        self.log.log_answer("127.0.0.1", "POST", b"/score", "1.1", 200, 39, b"", b"curl/7.88.1")

    def turn(self) -> None:
        """The next turn of the loop."""
        scheduled = self.scheduled[:]
        self.scheduled.clear()
        for callback in scheduled:
            callback()

    def lines(self) -> list[dict[str, Any]]:
        """What was written, each line an object in printable ASCII."""
        lines = self._out.text().splitlines()
        assert all(line.isascii() and line.isprintable() for line in lines)
        return [json.loads(line) for line in lines]


@pytest.fixture
def start(out: Captured, err: Captured, tmp_path: Path) -> Callable[[], Server]:
    # Called by the test itself: pytest adds its handler to loggers that exist when the set-up is over.
    def start_server() -> Server:
        logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO", "json")
        return Server(out)

    return start_server


def test_the_two_lines(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    server.answer()
    assert out.text() == ""
    server.turn()
    both = {
        "time": "2026-11-22T12:00:00.007Z",
        "level": "INFO",
        "pid": os.getpid(),
        "message": "POST /score 200",
        "method": "POST",
        "target": "/score",
        "status": 200,
        "length_bytes": 39,
    }
    assert server.lines() == [
        both | {"logger": "azmlinfsrv", "elapsed_ms": 1.569, "request_id": "id-1"},
        both | {"logger": "gunicorn.access", "client": "127.0.0.1", "http_version": "1.1", "user_agent": "curl/7.88.1"},
    ]


def test_what_is_unknown_is_left_out(start: Callable[[], Server]) -> None:
    server = start()
    server.log.log_view("GET", "/score", 200, 0.5, None)
    server.log.log_answer("", "GET", b"/score", "1.1", 204, None, b"http://from", None)
    server.turn()
    view, answer = server.lines()
    assert {"length_bytes", "request_id"} & set(view) == set()
    assert {"length_bytes", "user_agent"} & set(answer) == set()
    assert answer["referer"] == "http://from"


def test_health_probes_leave_no_line(start: Callable[[], Server]) -> None:
    server = start()
    server.log.log_answer("127.0.0.1", "GET", b"/", "1.1", 200, 7, None, b"probe")
    server.turn()
    assert server.lines() == []


def test_time_goes_on(start: Callable[[], Server]) -> None:
    server = start()
    for _ in range(2):
        server.answer()
        server.turn()
        server.now_s += 0.5
    assert [line["time"][-5:] for line in server.lines()] == [".007Z"] * 2 + [".507Z"] * 2


def test_what_clients_send_is_escaped_masked_and_cut(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    evil = '/score?key=abc&a="\r\n{"forged": 1}\x1b[2J\u00ff' + "x" * 100_000
    sent = evil.encode("latin-1")
    server.log.log_view("GET", evil, 200, 1.0, 2, evil)
    server.log.log_answer(evil, evil, sent, evil, 200, 2, sent, sent)
    server.turn()
    assert len(server.lines()) == 2
    assert "abc" not in out.text()
    assert server.lines()[0]["target"].startswith(r"/score?key=***&a=\x22\r\n{\x22forged\x22: 1}\x1b[2J\xff")
    assert all(len(line) < 32 * 1024 for line in out.text().splitlines())


def test_lines_go_through_changed_loggers(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    handler = logging.getLogger(loggers.LOGGER).handlers[0]
    handler.setFormatter(logging.Formatter("changed %(message)s"))
    server.answer()
    view, answer = out.text().splitlines()
    assert view == "changed POST /score 200 1.569ms 39"
    assert answer.startswith("changed 127.0.0.1 - - [")
    handler.setFormatter(logs.AMLLogFormatter())
    server.now_s += 1
    server.turn()
    server.answer()
    server.turn()
    assert out.text().splitlines()[-2].endswith("azmlinfsrv - POST /score 200 1.569ms 39")


def test_a_changed_access_logger_gets_records(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    logging.getLogger(loggers.ACCESS_LOGGER).addFilter(lambda record: "curl" in record.getMessage())
    server.answer()
    (line,) = server.lines()
    logging.getLogger(loggers.ACCESS_LOGGER).filters.clear()
    assert line["logger"] == "gunicorn.access"
    assert line["message"].startswith('127.0.0.1 - - [22/Nov/2026:12:00:00 +0000] "POST /score HTTP/1.1" 200 39')
