"""Records as JSON: what is in them, and that nothing in them can break a line or grow without bound."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from scoring_runtime.errors import SettingsError
from scoring_runtime.telemetry import loggers, logs
from scoring_runtime.telemetry.backlog import MAX_LINE_BYTES
from scoring_runtime.telemetry.context import current_request_id
from scoring_runtime.telemetry.json_logs import JsonFormatter, bounded, timestamp
from tests.telemetry.conftest import Captured


def formatted(message: str = "hello", **changes: Any) -> dict[str, Any]:
    record = logging.LogRecord("azmlinfsrv", logging.WARNING, __file__, 1, message, None, None)
    record.created, record.msecs, record.process = 1795367876.25, 250.0, 7
    vars(record).update(changes)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < MAX_LINE_BYTES
    parsed: dict[str, Any] = json.loads(line)
    return parsed


def test_the_fields() -> None:
    assert formatted() == {
        "time": "2026-11-22T17:17:56.250Z",
        "level": "WARNING",
        "logger": "azmlinfsrv",
        "message": "hello",
        "pid": 7,
    }
    assert formatted(request_id="id-1")["request_id"] == "id-1"
    assert "request_id" not in formatted(request_id="")


@pytest.mark.parametrize(
    ("now_ms", "shown"),
    [(1795348800007, "2026-11-22T12:00:00.007Z"), (1795348799999, "2026-11-22T11:59:59.999Z")],
)
def test_a_timestamp(now_ms: int, shown: str) -> None:
    assert timestamp(now_ms) == shown


def test_an_exception_has_a_field_of_its_own() -> None:
    try:
        raise ValueError("broken")
    except ValueError as error:
        shown = formatted(exc_info=(ValueError, error, error.__traceback__), stack_info="Stack:\n  here")
    assert shown["message"] == "hello"
    lines = shown["exception"].split("\n")
    assert (lines[0], lines[-3:]) == ("Traceback (most recent call last):", ["ValueError: broken", "Stack:", "  here"])


@pytest.mark.parametrize("text", ['"', "\\", "a\r\nb", "\x1b[2J\x00\x7f", "é\u202e\u2028😀", "{}", "</script>"])
def test_any_text_comes_back(text: str) -> None:
    shown = formatted(text, name=text, request_id=text)
    assert (shown["message"], shown["logger"], shown["request_id"]) == (text, text, text)


def test_half_a_surrogate_pair_is_shown_as_its_escape() -> None:
    assert formatted("a\udc80b")["message"] == r"a\udc80b"


@pytest.mark.parametrize("char", ["x", '"', "é", "😀", "\x00", "\udc80"])
def test_a_long_line_is_cut_and_says_so(char: str) -> None:
    long = char * 200_000
    shown = formatted(long, name=long, request_id=long, levelname=long, exc_text=long)
    for field in ("message", "logger", "request_id", "level", "exception"):
        kept, _, note = shown[field].partition(" ... (")
        shown_char = r"\udc80" if char == "\udc80" else char
        assert note == f"{200_000 - len(kept) // len(shown_char)} characters cut)"
        assert kept == shown_char * (len(kept) // len(shown_char)) != ""


def test_a_text_is_kept_up_to_the_limit() -> None:
    assert bounded("x" * 8, 10) == '"xxxxxxxx"'
    assert bounded("x" * 9, 10) == '"xxxxxxxx ... (1 characters cut)"'


def test_every_default_logger_writes_json(out: Captured, err: Captured, tmp_path: Path) -> None:
    logs.configure_defaults(out.writer, err.writer, "json")
    logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO", "json")
    token = current_request_id.set("id-1")
    logging.getLogger(loggers.PRINT_LOGGER).info("two\nlines")
    current_request_id.reset(token)
    logging.getLogger(loggers.ERROR_LOGGER).error("error log")
    logging.getLogger("any.library").warning("look")
    shown = [json.loads(line) for line in (out.text() + err.text()).splitlines()]
    assert [(each["logger"], each["level"], each["message"]) for each in shown] == [
        ("azmlinfsrv", "INFO", "Loaded logging config from scoring_runtime.telemetry.logs"),
        ("azmlinfsrv.print", "INFO", "two\nlines"),
        ("gunicorn.error", "ERROR", "error log"),
        ("any.library", "WARNING", "look"),
    ]
    assert [each.get("request_id") for each in shown] == [None, "id-1", None, None]


def test_the_users_file_goes_before_it_and_may_use_it(out: Captured, err: Captured, tmp_path: Path) -> None:
    config = """{"version": 1,
      "formatters": {"text": {"format": "user %(message)s"},
                     "json": {"()": "scoring_runtime.telemetry.json_logs.JsonFormatter"}},
      "handlers": {"text": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "text"},
                   "json": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
      "loggers": {"azmlinfsrv": {"level": "INFO", "handlers": ["text", "json"]}}}"""
    (tmp_path / "logging.json").write_text(config, "utf-8")
    logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO", "json")
    logging.getLogger(loggers.LOGGER).info("both")
    text, as_json = out.text().splitlines()[-2:]
    assert text == "user both"
    assert json.loads(as_json)["message"] == "both"


def test_a_broken_file_is_told_in_json(out: Captured, err: Captured, tmp_path: Path) -> None:
    (tmp_path / "logging.json").write_text("{", "utf-8")
    with pytest.raises(SettingsError):
        logs.configure(str(tmp_path), None, out.writer, err.writer, "CRITICAL", "json")
    logging.getLogger(loggers.LOGGER).error("still logged")
    assert json.loads(out.text().splitlines()[-1])["message"] == "still logged"
