"""Fifteen workers killed under load; the long form has a hundred."""

from __future__ import annotations

import pytest

from tests.faults.killed_workers import prove

MERGING = ("--max-batch-rows", "64")


@pytest.mark.parametrize(("kills", "options"), [(10, ()), (5, MERGING)], ids=["alone", "merged"])
def test_only_the_calls_of_a_killed_worker_fail(kills: int, options: tuple[str, ...]) -> None:
    findings = prove(kills, 1, *options)
    assert not findings, findings
