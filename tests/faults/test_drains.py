"""Three stops and three reloads under load; the long form has 20 of each."""

from __future__ import annotations

import pytest

from tests.faults.drains import prove_drains, prove_reloads

STOPS = 3
RELOADS = 3
RUNNERS = [(), ("--workers", "2")]


@pytest.mark.parametrize("options", RUNNERS, ids=["threads", "workers"])
def test_what_was_sent_before_a_stop_is_answered(options: tuple[str, ...]) -> None:
    for findings in prove_drains(STOPS, *options):
        assert not findings, findings


@pytest.mark.parametrize("options", RUNNERS, ids=["threads", "workers"])
def test_a_reload_fails_nothing(options: tuple[str, ...]) -> None:
    findings = prove_reloads(RELOADS, *options)
    assert not findings, findings
