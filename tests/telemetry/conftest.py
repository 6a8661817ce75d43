"""Logging is global: what a test configures is undone, and stdout is a file that can be read back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring_runtime.telemetry.context import current_request_id
from scoring_runtime.telemetry.output import BoundedWriter


class Captured:
    """A BoundedWriter over a file, and what has been written to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("wb")
        self.writer = BoundedWriter(self._file.fileno())

    def text(self) -> str:
        """All that was written so far."""
        return self.path.read_text("utf-8")

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Captured]:
    """Standard output."""
    captured = Captured(tmp_path / "stdout.txt")
    yield captured
    captured.close()


@pytest.fixture
def err(tmp_path: Path) -> Iterator[Captured]:
    """Standard error."""
    captured = Captured(tmp_path / "stderr.txt")
    yield captured
    captured.close()


@pytest.fixture(autouse=True)
def _logging_restored() -> Iterator[None]:
    loggers = [logging.getLogger()]
    loggers += [each for each in logging.Logger.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    states = [(each, each.level, each.propagate, each.disabled, each.handlers[:], each.filters[:]) for each in loggers]
    yield
    for name in list(logging.Logger.manager.loggerDict):
        if name.startswith(("azmlinfsrv", "gunicorn", "uvicorn")):
            _forget(logging.getLogger(name))
    for logger, level, propagate, disabled, handlers, filters in states:
        logger.setLevel(level)
        logger.propagate, logger.disabled = propagate, disabled
        logger.handlers[:], logger.filters[:] = handlers, filters


def _forget(logger: logging.Logger) -> None:
    logger.setLevel(logging.NOTSET)
    logger.propagate, logger.disabled = True, False
    logger.handlers.clear()
    logger.filters.clear()


@pytest.fixture(autouse=True)
def no_request() -> Iterator[None]:
    """No request runs at the start of a test, whatever ran in the tests before it."""
    token = current_request_id.set("")
    yield
    current_request_id.reset(token)
