"""Batched calls, a fifth of which is aborted at random points while run() raises at random: see `account`."""

from __future__ import annotations

import uvloop

from tests.faults.account import Findings
from tests.faults.load import Load
from tests.faults.request import Traffic
from tests.faults.scene import scene

CLIENTS = 64
MAX_BATCH_ROWS = 64


def prove(calls: int, seed: int, *options: str) -> Findings:
    """What is found when so many calls have ended."""
    traffic = Traffic(
        max_rows=MAX_BATCH_ROWS, leaving_share=0.2, half_share=0.02, failing_share=0.02, slow_share=0.02, seed=seed
    )
    with scene("--max-batch-rows", str(MAX_BATCH_ROWS), *options) as running:
        account = uvloop.run(Load(running.server.port, traffic.requests(calls)).run(CLIENTS))
        findings = running.findings(account)
    if findings.shared_calls == 0:
        findings.add("failed", "no two calls shared a run(), so that nothing was shown of batches")
    return findings
