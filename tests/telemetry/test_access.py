"""The lines of each request: gathered and written at once, or handed to the user's loggers."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scoring_runtime.telemetry import loggers, logs
from scoring_runtime.telemetry.access import AccessLog
from tests.telemetry.conftest import Captured

NOON_S = 1795348800.0
LINE = f"2026-11-22 12:00:00,000 I [{os.getpid()}] "
VIEW = "POST /score 200 1.569ms 39"
ANSWER = '127.0.0.1 - - [22/Nov/2026:12:00:00 +0000] "POST /score HTTP/1.1" 200 39 "-" "curl/7.88.1"'


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now_s = NOON_S

    def __call__(self) -> float:
        return self.now_s


class Server:
    """An AccessLog with a clock and the turns of a loop; `turn()` runs what was scheduled."""

    def __init__(self, out: Captured) -> None:
        self.clock = Clock()
        self.scheduled: list[Callable[[], None]] = []
        self.log = AccessLog(out.writer, self.scheduled.append, self.clock)

    def answer(self) -> None:
        """Log the two lines of one request."""
        self.log.log_view("POST", "/score", 200, 1.569, 39)
        self.log.log_answer("127.0.0.1", "POST", b"/score", "1.1", 200, 39, b"", b"curl/7.88.1")

    def turn(self) -> None:
        """The next turn of the loop."""
        scheduled = self.scheduled[:]
        self.scheduled.clear()
        for callback in scheduled:
            callback()


@pytest.fixture
def start(out: Captured, err: Captured, tmp_path: Path) -> Callable[[], Server]:
    # Called by the test itself: pytest adds its handler to loggers that exist when the set-up is over.
    def start_server() -> Server:
        logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO")
        return Server(out)

    return start_server


def test_the_lines_are_the_originals(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    server.answer()
    server.turn()
    assert out.text() == f"{LINE}azmlinfsrv - {VIEW}\n{LINE}gunicorn.access - {ANSWER}\n"


def test_a_streamed_answer_has_no_length(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    server.log.log_view("GET", "/score?s=1", 200, 0.3564, None)
    server.log.log_answer("127.0.0.1", "GET", b"/score?s=1", "1.1", 200, None, b"", None)
    server.turn()
    view, answer = out.text().splitlines()
    assert view.endswith("azmlinfsrv - GET /score?s=1 200 0.356ms N/A")
    assert answer.endswith('"GET /score?s=1 HTTP/1.1" 200 - "-" "-"')


@pytest.mark.parametrize(
    ("method", "target", "version", "lines"),
    [("GET", b"/", "1.1", 0), ("HEAD", b"/", "1.1", 1), ("GET", b"/?x", "1.1", 1), ("GET", b"/", "1.0", 1)],
)
def test_only_health_probes_are_dropped(
    method: str, target: bytes, version: str, lines: int, start: Callable[[], Server], out: Captured
) -> None:
    server = start()
    server.log.log_answer("127.0.0.1", method, target, version, 200, 7, b"http://GET / HTTP/1.1", b"probe")
    server.turn()
    assert len(out.text().splitlines()) == lines


def test_the_lines_of_a_turn_are_written_at_once(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    server.answer()
    server.answer()
    assert out.text() == ""
    assert len(server.scheduled) == 1
    server.turn()
    assert len(out.text().splitlines()) == 4
    server.answer()
    assert len(server.scheduled) == 1
    server.turn()
    assert len(out.text().splitlines()) == 6


def test_flush_writes_what_is_gathered_and_may_be_repeated(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    server.answer()
    server.log.flush()
    server.log.flush()
    server.turn()
    assert len(out.text().splitlines()) == 2


@pytest.mark.parametrize(
    ("step_s", "stamp", "date"),
    [
        (0.007, "2026-11-22 12:00:00,007", "[22/Nov/2026:12:00:00 +0000]"),
        (59.999, "2026-11-22 12:00:59,999", "[22/Nov/2026:12:00:59 +0000]"),
        (-43200.5, "2026-11-21 23:59:59,500", "[21/Nov/2026:23:59:59 +0000]"),
    ],
)
def test_time_goes_on(step_s: float, stamp: str, date: str, start: Callable[[], Server], out: Captured) -> None:
    server = start()
    server.answer()
    server.turn()
    server.clock.now_s += step_s + 0.0001
    server.answer()
    server.turn()
    *_, view, answer = out.text().splitlines()
    assert view.startswith(f"{stamp} I [")
    assert answer.startswith(f"{stamp} I [")
    assert date in answer


def test_forged_lines_are_escaped(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    evil = '/score?a="\r\n2026-11-22 12:00:00,000 C [1] azmlinfsrv - forged\x1b[2J'
    server.log.log_view("GET", evil, 200, 1.0, 2)
    server.log.log_answer("127.0.0.1", "GET", evil.encode(), "1.1", 200, 2, evil.encode(), evil.encode())
    server.turn()
    lines = out.text().splitlines()
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)
    assert lines[1].count('"') == 6


def test_a_line_is_at_most_8_kib(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    long = "\u00e9" * 50_000
    server.log.log_view("GET", long, 200, 1.0, 2)
    server.log.log_answer(long, "GET", long.encode(), "1.1", 200, 2, long.encode(), long.encode())
    server.turn()
    view, answer = out.text().splitlines()
    assert 4096 < len(view) < len(answer) < 8192


def test_a_users_configuration_gets_records(out: Captured, err: Captured, tmp_path: Path) -> None:
    config = """{"version": 1,
      "formatters": {"user": {"format": "user %(name)s %(message)s"}},
      "handlers": {"user": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "user"}},
      "filters": {"probes": {"()": "scoring_runtime.telemetry.logs.RootAccessFilter"}},
      "loggers": {"azmlinfsrv": {"level": "INFO", "handlers": ["user"]},
                  "gunicorn.access": {"level": "INFO", "handlers": ["user"], "filters": ["probes"]}}}"""
    (tmp_path / "logging.json").write_text(config, "utf-8")
    logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO")
    server = Server(out)
    server.answer()
    assert out.text().splitlines()[1:] == [f"user azmlinfsrv {VIEW}", f"user gunicorn.access {ANSWER}"]
    server.turn()
    assert len(out.text().splitlines()) == 3


def test_a_changed_handler_is_noticed_with_the_next_millisecond(start: Callable[[], Server], out: Captured) -> None:
    server = start()
    server.answer()
    server.turn()
    logging.getLogger(loggers.LOGGER).handlers[0].setFormatter(logging.Formatter("changed %(message)s"))
    server.clock.now_s += 0.001
    server.answer()
    server.turn()
    changed, same = sorted(out.text().splitlines()[2:])[::-1]
    assert changed == f"changed {VIEW}"
    assert same.endswith(ANSWER)


def test_a_higher_level_silences_both(out: Captured, err: Captured, tmp_path: Path) -> None:
    logs.configure(str(tmp_path), None, out.writer, err.writer, "WARNING")
    server = Server(out)
    server.answer()
    server.turn()
    assert out.text() == ""


def test_with_a_real_loop(out: Captured, err: Captured, tmp_path: Path) -> None:
    logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO")

    async def serve() -> tuple[str, str]:
        log = AccessLog(out.writer, asyncio.get_running_loop().call_soon)
        log.log_view("POST", "/score", 200, 1.569, 39)
        before = out.text()
        await asyncio.sleep(0)
        return before, out.text()

    before, after = asyncio.run(serve())
    assert before == ""
    assert after.endswith(f"azmlinfsrv - {VIEW}\n")
