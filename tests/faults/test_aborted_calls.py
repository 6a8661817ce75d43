"""100,000 batched calls in the long form; here as many as CI has time for."""

from __future__ import annotations

import pytest

from tests.faults.aborted_calls import prove

CALLS = 10_000


@pytest.mark.parametrize("options", [(), ("--workers", "2")], ids=["threads", "workers"])
def test_no_call_is_lost_given_to_another_or_stuck(options: tuple[str, ...]) -> None:
    findings = prove(CALLS, 1, *options)
    assert not findings, findings
