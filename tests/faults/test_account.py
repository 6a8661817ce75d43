"""The harness itself: which endings and ledgers are faults, and which are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.account import Account, Ending, Findings
from tests.faults.ledger import read_ledgers


def findings(folder: Path, ending: Ending, runs: int, *allowed: Ending) -> Findings:
    """What is found of call 1, which ended so and ran so often, beside six calls that are as they should be."""
    account = Account()
    for number in range(1, 8):
        account.begin(number)
        if number > 1:
            account.end(number, Ending.RIGHT)
    if ending is not Ending.NONE:
        account.end(1, ending, "of its own")
    lines = [b"%d 1\n" % number for number in range(2, 8)]
    (folder / "11.1").write_bytes(b"".join(lines[:3] + [b"1 1\n"] * (runs // 2)))
    (folder / "12.1").write_bytes(b"".join(lines[3:] + [b"1 1\n"] * (runs - runs // 2)))
    return Findings(account, read_ledgers(folder, account.last_number), allowed)


@pytest.mark.parametrize(
    ("ending", "runs", "kind"),
    [
        (Ending.NONE, 1, "stuck"),
        (Ending.TIMED_OUT, 1, "stuck"),
        (Ending.RESET, 0, "lost"),
        (Ending.RIGHT, 0, "lost"),
        (Ending.RIGHT, 2, "duplicated"),
        (Ending.RETRYABLE, 0, "failed"),
        (Ending.ABANDONED, 2, "duplicated"),
        (Ending.WRONG_OWNER, 1, "wrong owner"),
        (Ending.REFUSED_4XX, 0, "failed"),
        (Ending.FAILED_5XX, 0, "failed"),
        (Ending.NOT_CONNECTED, 0, "failed"),
        (Ending.CUT_SHORT, 1, "phantom"),
        (Ending.RAISED, 1, "phantom"),
    ],
)
def test_a_fault_is_found(ending: Ending, runs: int, kind: str, tmp_path: Path) -> None:
    found = findings(tmp_path, ending, runs)
    assert found.counts == {kind: 1}
    assert found
    assert f"1 {kind}" in str(found)
    assert f"{kind}: call 1" in str(found)


@pytest.mark.parametrize(
    ("ending", "runs"),
    [
        (Ending.RIGHT, 1),
        (Ending.RAISED, 0),
        (Ending.CUT_SHORT, 0),
        (Ending.ABANDONED, 0),
        (Ending.ABANDONED, 1),
    ],
)
def test_what_is_as_it_should_be_is_no_fault(ending: Ending, runs: int, tmp_path: Path) -> None:
    found = findings(tmp_path, ending, runs)
    assert not found
    assert "0 lost, 0 duplicated, 0 wrong owner, 0 stuck, 0 failed, 0 phantom" in str(found)


@pytest.mark.parametrize(("runs", "kinds"), [(0, {}), (1, {}), (2, {"duplicated": 1})])
def test_a_killed_workers_calls_may_have_run_once(runs: int, kinds: dict[str, int], tmp_path: Path) -> None:
    assert findings(tmp_path, Ending.RETRYABLE, runs, Ending.RETRYABLE).counts == kinds


def test_shared_runs_are_counted(tmp_path: Path) -> None:
    (tmp_path / "1.1").write_bytes(b"1 2\n2 2\n3 1\n")
    ledger = read_ledgers(tmp_path, 4)
    assert (ledger.shared_calls, ledger.runs.tolist()) == (2, [0, 1, 1, 1, 0])
