"""A fault that lasts is told once in a while."""

from __future__ import annotations

import pytest

from scoring_runtime.telemetry.sparse_log import SparseLog


def test_each_kind_of_warning_is_logged_once_per_interval(caplog: pytest.LogCaptureFixture) -> None:
    now_s = 100.0
    log = SparseLog(10.0, lambda: now_s)
    for now_s in (100.0, 100.1, 109.9):
        log.warn("%d lost", int(now_s))
        log.warn("other")
    assert caplog.messages == ["100 lost", "other"]
    now_s = 110.0
    log.warn("%d lost", 110)
    assert caplog.messages[2:] == ["110 lost"]
