"""Ten workers killed under load; the long form has a hundred."""

from __future__ import annotations

import pytest

from tests.faults.killed_workers import prove

KILLS = 10


@pytest.mark.parametrize("options", [(), ("--max-batch-rows", "64")], ids=["alone", "merged"])
def test_only_the_calls_of_a_killed_worker_fail(options: tuple[str, ...]) -> None:
    findings = prove(KILLS, 1, *options)
    assert not findings, findings
