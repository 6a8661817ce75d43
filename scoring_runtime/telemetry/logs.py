"""Where log records go: the original server's loggers and line format, or the user's logging.json.

The default configuration is always applied first, the user's on top of it, as in the original: what a
logging.json does not name is then disabled by dictConfig's own rules, and a broken one leaves working
loggers to tell so. The root logger writes warnings to standard error in logging.basicConfig's format, as
scripts see it there. `request_id` is set by a filter on the handlers, not by a record factory: with a
factory, a script's own `logging.info(..., extra={"request_id": ...})` would raise.
"""

from __future__ import annotations

import json
import logging
import logging.config
import os
import time
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, TextIO, cast

from scoring_runtime.errors import SettingsError
from scoring_runtime.telemetry.context import current_request_id
from scoring_runtime.telemetry.json_logs import JsonFormatter
from scoring_runtime.telemetry.loggers import ACCESS_LOGGER, ERROR_LOGGER, LOGGER, UVICORN_LOGGER
from scoring_runtime.telemetry.output import BoundedWriter

LINE_FORMAT = "%(asctime)s %(levelname).1s [%(process)d] %(name)s - %(message)s"
HEALTH_PROBE = "GET / HTTP/1.1"
JSON = "json"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class AMLLogFormatter(logging.Formatter):
    """The line format of the original, in UTC; a logging.json may give another `fmt` and `datefmt`."""

    def __init__(self, fmt: str | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(LINE_FORMAT if fmt is None else fmt, *args, **kwargs)
        self.converter = time.gmtime


class RootAccessFilter(logging.Filter):
    """Drops the access lines of health probes."""

    def filter(self, record: logging.LogRecord) -> bool:
        return HEALTH_PROBE not in record.getMessage()


class RequestIdFilter(logging.Filter):
    """Lets every record pass, with the id of the request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.request_id = current_request_id.get()
        return True


class ConsoleHandler(logging.Handler):
    """The default handler: one line per record into a stream that never blocks."""

    def __init__(self, stream: BoundedWriter) -> None:
        super().__init__()
        self.stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.stream.write(self.format(record) + "\n")
        except (RecursionError, TimeoutError):
            # A TimeoutError comes from an alarm that the script has set, and is for the script.
            raise
        except Exception:
            self.handleError(record)

    def is_untouched(self, out: BoundedWriter, formatter: type[logging.Formatter]) -> bool:
        """Whether this still writes every record to `out` as `formatter` does by default."""
        is_default_format = type(self.formatter) is formatter and (
            not isinstance(self.formatter, AMLLogFormatter) or self.formatter._fmt == LINE_FORMAT
        )
        is_unfiltered = self.level == logging.NOTSET and len(self.filters) == 1
        return self.stream is out and is_default_format and is_unfiltered


def is_default(name: str, out: BoundedWriter, formatter: type[logging.Formatter] = AMLLogFormatter) -> bool:
    """Whether INFO records of this logger still go to `out` alone, as `formatter` writes them by default."""
    logger = logging.getLogger(name)
    if len(logger.handlers) != 1 or logger.propagate or not logger.isEnabledFor(logging.INFO):
        return False
    handler = logger.handlers[0]
    is_unfiltered = all(type(each) is RootAccessFilter for each in logger.filters)
    return is_unfiltered and isinstance(handler, ConsoleHandler) and handler.is_untouched(out, formatter)


def configure_defaults(out: BoundedWriter, err: BoundedWriter, log_format: str = "") -> None:
    """Make logging work from the first moment, and say so in the launcher's first line."""
    logging.config.dictConfig(_default_config(out, err, "INFO", log_format))
    logging.getLogger(LOGGER).info("Loaded logging config from %s", __name__)


def configure(
    app_root: str, script_dir: str | None, out: BoundedWriter, err: BoundedWriter, level: str, log_format: str = ""
) -> str | None:
    """Apply the defaults at `level`, then the user's logging.json if there is one; the path of that.

    `log_format` JSON makes every line of the defaults an object; what a logging.json says goes before it.
    """
    known_level = level.upper() if level.upper() in LEVELS else "INFO"
    logging.config.dictConfig(_default_config(out, err, known_level, log_format))
    path = _find(app_root, script_dir)
    if path is not None:
        _apply(path, out, err, log_format)
        logging.getLogger(LOGGER).info("Loaded logging config from %s", path)
    if level.upper() not in LEVELS:
        logging.getLogger(LOGGER).warning(
            "AZUREML_LOG_LEVEL is %r, which is none of %s; INFO is used", level, ", ".join(LEVELS)
        )
    return path


def _find(app_root: str, script_dir: str | None) -> str | None:
    folders = [app_root] if script_dir is None else [app_root, script_dir]
    paths = [os.path.join(folder, "logging.json") for folder in folders]
    return next((path for path in paths if os.path.isfile(path)), None)


def _apply(path: str, out: BoundedWriter, err: BoundedWriter, log_format: str) -> None:
    config: Any = None
    try:
        with open(path, encoding="utf-8-sig") as file:
            config = json.load(file)
        if not isinstance(config, dict):
            raise TypeError("the file does not hold a JSON object")
        # So that ext://sys.stdout in the file means the stream that never blocks.
        with redirect_stdout(cast(TextIO, out)), redirect_stderr(cast(TextIO, err)):
            logging.config.dictConfig(config)
    except Exception as error:
        logging.config.dictConfig(_default_config(out, err, "INFO", log_format))
        raise SettingsError(
            f"The logging configuration {path} cannot be used: {_fault(error)}. Correct the file (a JSON "
            "object in the format of Python's logging.config.dictConfig), or remove it to log as usual."
        ) from error
    _stamp_request_ids(config)


def _fault(error: Exception) -> str:
    # dictConfig says which part is wrong, and only the cause says why.
    cause = error.__cause__
    return f"{error}: {cause}" if cause is not None else f"{type(error).__name__}: {error}"


def _stamp_request_ids(config: dict[str, Any]) -> None:
    named = config.get("loggers", {})
    for logger in [logging.getLogger(), *map(logging.getLogger, named)]:
        for handler in logger.handlers:
            if not any(isinstance(each, RequestIdFilter) for each in handler.filters):
                handler.addFilter(RequestIdFilter())
    if UVICORN_LOGGER not in named:
        logging.getLogger(UVICORN_LOGGER).disabled = False


def _default_config(out: BoundedWriter, err: BoundedWriter, level: str, log_format: str) -> dict[str, Any]:
    text: dict[str, Any] = {"line": {"()": AMLLogFormatter}, "basic": {"format": logging.BASIC_FORMAT}}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {name: {"()": JsonFormatter} for name in text} if log_format.lower() == JSON else text,
        "filters": {"probes": {"()": RootAccessFilter}, "request_id": {"()": RequestIdFilter}},
        "handlers": {
            "stdout": _console(out, "line"),
            "stderr": _console(err, "line"),
            "root": _console(err, "basic"),
        },
        "loggers": {
            LOGGER: _logger(level, "stdout"),
            ACCESS_LOGGER: _logger(level, "stdout") | {"filters": ["probes"]},
            ERROR_LOGGER: _logger(level, "stderr"),
            UVICORN_LOGGER: _logger("WARNING", "stderr"),
        },
        "root": {"level": "WARNING", "handlers": ["root"]},
    }


def _console(stream: BoundedWriter, formatter: str) -> dict[str, Any]:
    return {"()": ConsoleHandler, "stream": stream, "formatter": formatter, "filters": ["request_id"]}


def _logger(level: str, handler: str) -> dict[str, Any]:
    return {"level": level, "handlers": [handler], "propagate": False}
