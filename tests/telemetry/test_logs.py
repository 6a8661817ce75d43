"""The logging configuration: the defaults, the user's logging.json, and what is said about a broken one."""

from __future__ import annotations

import json
import logging
import os
import re
from pathlib import Path
from typing import Any

import pytest

from scoring_runtime.errors import SettingsError
from scoring_runtime.telemetry import loggers, logs
from scoring_runtime.telemetry.context import current_request_id
from tests.telemetry.conftest import Captured

FORMATTER = "scoring_runtime.telemetry.logs.AMLLogFormatter"
FILTER = "scoring_runtime.telemetry.logs.RootAccessFilter"
PREFIX = rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d,\d{{3}} %s \[{os.getpid()}\] "


def _record(message: str, level: int = logging.INFO) -> logging.LogRecord:
    record = logging.LogRecord("azmlinfsrv", level, __file__, 1, message, None, None)
    record.created, record.msecs, record.process = 1795367876.25, 250.0, 7
    return record


def _user_config(**changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "formatters": {"user": {"format": "user %(name)s %(request_id)s %(message)s"}},
        "handlers": {"user": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "user"}},
        "loggers": {"azmlinfsrv": {"level": "DEBUG", "handlers": ["user"]}},
    } | changes


def _write(folder: Path, config: object) -> str:
    path = folder / "logging.json"
    path.write_text(json.dumps(config), "utf-8")
    return str(path)


def test_the_line_format_is_the_originals_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    formatter = logs.AMLLogFormatter()
    assert formatter.format(_record("hello")) == "2026-11-22 17:17:56,250 I [7] azmlinfsrv - hello"
    assert formatter.format(_record("x", logging.ERROR))[24] == "E"


def test_the_formatter_takes_another_format_and_date_format() -> None:
    assert logs.AMLLogFormatter("F %(asctime)s %(message)s", "%H").format(_record("m")) == "F 17 m"
    assert logs.AMLLogFormatter(fmt="%(message)s", style="%").format(_record("m")) == "m"


def test_health_probes_are_filtered() -> None:
    probes = logs.RootAccessFilter()
    assert not probes.filter(_record('127.0.0.1 - - [x] "GET / HTTP/1.1" 200 7'))
    assert probes.filter(_record('127.0.0.1 - - [x] "GET /score HTTP/1.1" 200 7'))


def test_default_records_go_where_the_original_sends_them(out: Captured, err: Captured) -> None:
    logs.configure_defaults(out.writer, err.writer)
    logging.getLogger(loggers.SCRIPT_LOGGER).info("script")
    logging.getLogger(loggers.LOGGER).debug("hidden")
    logging.getLogger(loggers.ACCESS_LOGGER).info('"GET /score HTTP/1.1"')
    logging.getLogger(loggers.ACCESS_LOGGER).info('"GET / HTTP/1.1"')
    logging.getLogger(loggers.ERROR_LOGGER).info("error log")
    logging.getLogger("uvicorn.error").info("hidden")
    logging.getLogger("uvicorn.error").warning("protocol")
    info = PREFIX % "I"
    assert re.fullmatch(
        f"{info}azmlinfsrv - Loaded logging config from scoring_runtime.telemetry.logs\n"
        f"{info}azmlinfsrv.user_script - script\n"
        f'{info}gunicorn.access - "GET /score HTTP/1.1"\n',
        out.text(),
    )
    assert re.fullmatch(f"{info}gunicorn.error - error log\n{PREFIX % 'W'}uvicorn.error - protocol\n", err.text())


def test_the_root_logger_warns_on_stderr_as_basic_config_would(out: Captured, err: Captured) -> None:
    logs.configure_defaults(out.writer, err.writer)
    logging.getLogger().info("hidden")
    logging.getLogger("any.library").warning("look")
    assert err.text() == "WARNING:any.library:look\n"


def test_an_exception_is_logged_with_its_traceback(out: Captured, err: Captured) -> None:
    logs.configure_defaults(out.writer, err.writer)
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger(loggers.LOGGER).exception("Encountered Exception")
    lines = out.text().splitlines()
    assert lines[1].endswith(" azmlinfsrv - Encountered Exception")
    assert lines[-1] == "ValueError: broken"


def test_without_a_file_the_defaults_stay_and_nothing_is_said(out: Captured, err: Captured, tmp_path: Path) -> None:
    assert logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO") is None
    assert out.text() == ""


@pytest.mark.parametrize(("level", "shown"), [("WARNING", "W"), ("error", ""), ("debug", "DIW")])
def test_the_level_rules_the_default_loggers(
    level: str, shown: str, out: Captured, err: Captured, tmp_path: Path
) -> None:
    logs.configure(str(tmp_path), None, out.writer, err.writer, level)
    logger = logging.getLogger(loggers.LOGGER)
    logger.debug("D")
    logger.info("I")
    logger.warning("W")
    assert "".join(line[-1] for line in out.text().splitlines()) == shown


def test_an_unknown_level_is_info_with_one_warning(out: Captured, err: Captured, tmp_path: Path) -> None:
    logs.configure(str(tmp_path), None, out.writer, err.writer, "LOUD")
    logging.getLogger(loggers.LOGGER).debug("hidden")
    logging.getLogger(loggers.LOGGER).info("shown")
    warning, shown = out.text().splitlines()
    assert warning.endswith(
        " azmlinfsrv - AZUREML_LOG_LEVEL is 'LOUD', which is none of DEBUG, INFO, WARNING, ERROR, CRITICAL; "
        "INFO is used"
    )
    assert shown.endswith("shown")


def test_the_users_file_is_applied_and_named(out: Captured, err: Captured, tmp_path: Path) -> None:
    path = _write(tmp_path, _user_config())
    assert logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO") == path
    logging.getLogger(loggers.PRINT_LOGGER).info("printed")
    assert out.text() == (f"user azmlinfsrv  Loaded logging config from {path}\nuser azmlinfsrv.print  printed\n")


def test_the_app_root_goes_before_the_scripts_folder(out: Captured, err: Captured, tmp_path: Path) -> None:
    app_root, script_dir = tmp_path / "app", tmp_path / "script"
    app_root.mkdir()
    script_dir.mkdir()
    of_script = _write(script_dir, _user_config())
    assert logs.configure(str(app_root), str(script_dir), out.writer, err.writer, "INFO") == of_script
    of_app = _write(app_root, _user_config())
    assert logs.configure(str(app_root), str(script_dir), out.writer, err.writer, "INFO") == of_app


def test_a_users_file_may_use_our_classes(out: Captured, err: Captured, tmp_path: Path) -> None:
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}
    config = _user_config(
        formatters={"line": {"()": FORMATTER}},
        filters={"probes": {"()": FILTER}},
        handlers={"user": handler},
        loggers={"gunicorn.access": {"level": "INFO", "handlers": ["user"], "filters": ["probes"]}},
    )
    _write(tmp_path, config)
    logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO")
    logging.getLogger(loggers.ACCESS_LOGGER).info('"GET / HTTP/1.1"')
    logging.getLogger(loggers.ACCESS_LOGGER).info('"GET /score HTTP/1.1"')
    assert re.fullmatch(PREFIX % "I" + 'gunicorn.access - "GET /score HTTP/1.1"\n', out.text())


def test_what_a_users_file_does_not_name_is_silent_but_the_servers_own_faults(
    out: Captured, err: Captured, tmp_path: Path
) -> None:
    _write(tmp_path, _user_config())
    logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO")
    logging.getLogger(loggers.ERROR_LOGGER).error("disabled by dictConfig's default")
    logging.getLogger("uvicorn").error("shown")
    assert re.fullmatch(f"{PREFIX % 'E'}uvicorn - shown\n", err.text())


def test_every_record_of_a_users_format_has_a_request_id(out: Captured, err: Captured, tmp_path: Path) -> None:
    _write(tmp_path, _user_config(root={"level": "INFO", "handlers": ["user"]}))
    logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO")
    token = current_request_id.set("id-1")
    logging.getLogger("new.library").info("within")
    current_request_id.reset(token)
    logging.getLogger("new.library").info("without")
    logging.getLogger("new.library").info("own", extra={"request_id": "id-2"})
    assert out.text().splitlines()[-3:] == [
        "user new.library id-1 within",
        "user new.library  without",
        "user new.library id-2 own",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        ("{", "JSONDecodeError: Expecting property name"),
        ("[]", "TypeError: the file does not hold a JSON object"),
        ("{}", "ValueError: dictionary doesn't specify a version"),
        ('{"version": 1, "handlers": {"h": {"class": "no.Such"}}}', "Unable to configure handler 'h': "),
        ('{"version": 1, "formatters": 5}', "TypeError: "),
    ],
)
def test_a_broken_file_is_named_with_its_fault_and_the_remedy(
    text: str, fault: str, out: Captured, err: Captured, tmp_path: Path
) -> None:
    path = tmp_path / "logging.json"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO")
    message = str(caught.value)
    assert message.startswith(f"The logging configuration {path} cannot be used: {fault}")
    assert message.endswith("or remove it to log as usual.")
    logging.getLogger(loggers.LOGGER).error("still logged")
    assert out.text().endswith("azmlinfsrv - still logged\n")


def test_a_file_that_is_not_text_is_broken(out: Captured, err: Captured, tmp_path: Path) -> None:
    (tmp_path / "logging.json").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(SettingsError, match="UnicodeDecodeError"):
        logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO")


def test_a_byte_order_mark_is_accepted(out: Captured, err: Captured, tmp_path: Path) -> None:
    text = json.dumps(_user_config())
    (tmp_path / "logging.json").write_text(text, "utf-8-sig")
    assert logs.configure(str(tmp_path), None, out.writer, err.writer, "INFO")


def test_a_scripts_alarm_is_not_swallowed_by_the_handler(out: Captured, err: Captured) -> None:
    class Slow:
        def __str__(self) -> str:
            raise TimeoutError("alarm")

    logs.configure_defaults(out.writer, err.writer)
    with pytest.raises(TimeoutError, match="alarm"):
        logging.getLogger(loggers.LOGGER).info("%s", Slow())


@pytest.mark.parametrize("name", [loggers.LOGGER, loggers.ACCESS_LOGGER])
def test_a_changed_logger_is_told_from_the_default_one(name: str, out: Captured, err: Captured) -> None:
    def is_default_after(change: str) -> bool:
        logs.configure_defaults(out.writer, err.writer)
        logger = logging.getLogger(name)
        handler = logger.handlers[0]
        before = logs.is_default(name, out.writer)
        exec(change, {"logger": logger, "handler": handler, "logging": logging})
        after = logs.is_default(name, out.writer)
        logger.filters.clear()
        return before and after

    assert is_default_after("pass")
    for change in (
        "logger.addHandler(logging.NullHandler())",
        "logger.handlers = [logging.NullHandler()]",
        "logger.setLevel('WARNING')",
        "logger.disabled = True",
        "logger.propagate = True",
        "logger.addFilter(lambda record: False)",
        "handler.setLevel('INFO')",
        "handler.addFilter(lambda record: False)",
        "handler.setFormatter(logging.Formatter())",
    ):
        assert not is_default_after(change), change
        logging.getLogger(name).disabled = False
    assert not logs.is_default(name, err.writer)
