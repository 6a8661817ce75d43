"""Workers killed under load: their own calls get a JSON 503 at once, nobody else notices, nothing runs twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys

import uvloop

from tests.faults.account import Account, Ending, Findings
from tests.faults.load import Load
from tests.faults.request import Traffic
from tests.faults.scene import Scene, scene, until

WORKERS = 2
CLIENTS = 16
TRAFFIC = Traffic(max_rows=8, slow_share=0.5)


def prove(kills: int, seed: int, *options: str) -> Findings:
    """What is found after so many SIGKILLs; a kill comes when all workers have answered since the last."""
    with scene("--workers", str(WORKERS), *options) as running:
        account = uvloop.run(_killed(running, kills, random.Random(seed)))
        findings = running.findings(account, allowed=[Ending.RETRYABLE])
    failed = findings.endings.get(Ending.RETRYABLE, 0)
    if not 0 < failed <= kills * CLIENTS:
        findings.add("failed", f"{failed} calls of {kills} killed workers were answered 503")
    return findings


async def _killed(running: Scene, kills: int, chance: random.Random) -> Account:
    load = Load(running.server.port, TRAFFIC.requests(sys.maxsize))
    clients = asyncio.create_task(load.run(CLIENTS))
    for _ in range(kills):
        await until(lambda: len(running.worker_pids()) == WORKERS, "answers of every worker")
        os.kill(chance.choice(sorted(running.worker_pids())), signal.SIGKILL)
    await until(lambda: len(running.worker_pids()) == WORKERS, "answers of every worker after the last kill")
    load.stop()
    return await clients
