"""What scripts print, and what they write to the original's trace logger, on its way to Application Insights."""

from __future__ import annotations

import logging

from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.context import Context

from scoring_runtime.telemetry.loggers import PRINT_LOGGER, TRACE_LOGGER

FORWARDED = (PRINT_LOGGER, TRACE_LOGGER)
# Where the service would cut a message anyway.
_LIMIT_CHARS = 32_768
_SEVERITIES = (
    (logging.CRITICAL, SeverityNumber.FATAL),
    (logging.ERROR, SeverityNumber.ERROR),
    (logging.WARNING, SeverityNumber.WARN),
)


class PrintForwarder(logging.Handler):
    """Hands the records of those loggers to `target`, which only queues them."""

    def __init__(self, target: Logger) -> None:
        super().__init__(logging.INFO)
        self._target = target

    def attach(self) -> None:
        """From now on."""
        for name in FORWARDED:
            logging.getLogger(name).addHandler(self)

    def detach(self) -> None:
        """No more."""
        for name in FORWARDED:
            logging.getLogger(name).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._target.emit(_report(record))
        except (RecursionError, TimeoutError):
            # A TimeoutError comes from an alarm that the script has set, and is for the script.
            raise
        except Exception:
            self.handleError(record)


def _report(record: logging.LogRecord) -> LogRecord:
    time_ns = int(record.created * 1e9)
    severity = next((number for level, number in _SEVERITIES if record.levelno >= level), SeverityNumber.INFO)
    return LogRecord(
        timestamp=time_ns,
        observed_timestamp=time_ns,
        context=Context(),
        severity_number=severity,
        severity_text=record.levelname,
        body=record.getMessage()[:_LIMIT_CHARS],
    )
