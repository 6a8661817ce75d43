"""Workers killed under load: their own calls get a JSON 503 at once, nobody else notices, nothing runs twice."""

from __future__ import annotations

import os
import random
import signal
import sys

import uvloop

from tests.faults.account import Account, Ending, Findings
from tests.faults.ledger import read_ledgers
from tests.faults.load import Load
from tests.faults.request import Traffic
from tests.faults.scene import Scene, scene, until

WORKERS = 2
CLIENTS = 16
TRAFFIC = Traffic(max_rows=8, slow_share=1.0)


def prove(kills: int, seed: int, *options: str) -> Findings:
    """What is found after so many SIGKILLs; a kill comes when all workers have answered since the last."""
    with scene("--workers", str(WORKERS), *options) as running:
        account, killed = uvloop.run(_killed(running, kills, random.Random(seed)))
        findings = running.findings(account, allowed=[Ending.RETRYABLE])
        survivors = read_ledgers(running.ledgers, account.last_number, without=killed)
    failed = account.numbers(Ending.RETRYABLE)
    if not failed:
        findings.add("failed", f"none of {kills} killed workers had a call, so that nothing was shown")
    for number in failed:
        if survivors.runs[number]:
            findings.add("failed", f"call {number} was answered 503, but ran in a worker that lived on")
    return findings


async def _killed(running: Scene, kills: int, chance: random.Random) -> tuple[Account, set[int]]:
    load = Load(running.server.port, TRAFFIC.requests(sys.maxsize))
    killed: set[int] = set()

    def workers() -> set[int]:
        return running.worker_pids() - killed

    async with load.running(CLIENTS):
        for _ in range(kills):
            await until(lambda: len(workers()) == WORKERS, "answers of every worker")
            victim = chance.choice(sorted(workers()))
            killed.add(victim)
            os.kill(victim, signal.SIGKILL)
        await until(lambda: len(workers()) == WORKERS, "answers of every worker after the last kill")
    return load.account, killed
