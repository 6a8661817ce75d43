"""What is forwarded of the log, and that forwarding cannot hurt who logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from opentelemetry._logs import LogRecord, NoOpLogger, SeverityNumber

from scoring_runtime.telemetry.insights_prints import PrintForwarder
from scoring_runtime.telemetry.loggers import PRINT_LOGGER


class Target(NoOpLogger):
    """Keeps what it is given, or raises `error`."""

    def __init__(self) -> None:
        super().__init__("test")
        self.records: list[LogRecord] = []
        self.error: Exception | None = None

    def emit(self, record: LogRecord) -> None:  # type: ignore[override]
        if self.error is not None:
            raise self.error
        self.records.append(record)


@pytest.fixture
def target() -> Iterator[Target]:
    """Attached for the time of the test."""
    target = Target()
    forwarder = PrintForwarder(target)
    forwarder.attach()
    logging.getLogger(PRINT_LOGGER).setLevel(logging.DEBUG)
    yield target
    forwarder.detach()


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        (logging.INFO, SeverityNumber.INFO),
        (logging.WARNING, SeverityNumber.WARN),
        (logging.ERROR, SeverityNumber.ERROR),
        (logging.CRITICAL, SeverityNumber.FATAL),
    ],
)
def test_records_keep_their_level_and_time(target: Target, level: int, severity: SeverityNumber) -> None:
    logging.getLogger(PRINT_LOGGER).log(level, "%s", "x" * 100_000)
    (record,) = target.records
    assert record.severity_number is severity
    assert record.body == "x" * 32_768
    assert record.timestamp is not None
    assert record.timestamp > 1_700_000_000 * 10**9


def test_what_is_below_info_stays_here(target: Target) -> None:
    logging.getLogger(PRINT_LOGGER).debug("quiet")
    assert target.records == []


def test_a_fault_of_the_exporter_is_not_the_scripts(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    target.error = ValueError("broken")
    logging.getLogger(PRINT_LOGGER).info("printed")


def test_an_alarm_of_the_script_reaches_it(target: Target) -> None:
    target.error = TimeoutError("of the script")
    with pytest.raises(TimeoutError, match="of the script"):
        logging.getLogger(PRINT_LOGGER).info("printed")
