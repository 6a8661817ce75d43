"""SIGTERM and SIGHUP under load: whatever a client has begun to send is answered, and nothing is reset."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import uvloop

from tests.faults.account import Account, Ending, Findings
from tests.faults.load import Load
from tests.faults.request import Traffic
from tests.faults.scene import Scene, scene, until

CLIENTS = 32
# So many calls are to have ended before something is done to the server.
LOADED_CALLS = 300
THINKING_S = 0.05
TRAFFIC = Traffic(max_rows=8, slow_share=0.05)


def prove_drains(drains: int, *options: str) -> list[Findings]:
    """What is found at each of so many stops, each of a new server.

    Clients keep their connections; some pause between two requests, so that connections are idle too. A client whose
    connection was closed after an answer finds nobody listening, which is no fault.
    """
    found = []
    for _ in range(drains):
        with scene(*options) as running:
            account = uvloop.run(_drained(running))
            found.append(running.findings(account, allowed=[Ending.NOT_CONNECTED]))
    return found


async def _drained(running: Scene) -> Account:
    load = Load(running.server.port, TRAFFIC.requests(sys.maxsize), THINKING_S)
    clients = asyncio.create_task(load.run(CLIENTS))
    await until(lambda: load.account.last_number > LOADED_CALLS, "calls before the stop")
    running.server.process.send_signal(signal.SIGTERM)
    return await clients


def prove_reloads(reloads: int, *options: str) -> Findings:
    """What is found after so many reloads of one server, none of which may fail anything."""
    with scene(*options) as running:
        account = uvloop.run(_reloaded(running, reloads))
        return running.findings(account)


async def _reloaded(running: Scene, reloads: int) -> Account:
    load = Load(running.server.port, TRAFFIC.requests(sys.maxsize))
    clients = asyncio.create_task(load.run(CLIENTS))
    await until(lambda: load.account.last_number > LOADED_CALLS, "calls before the first reload")
    for _ in range(reloads):
        before = running.served_generations()
        os.kill(running.server.process.pid, signal.SIGHUP)
        await until(lambda before=before: running.served_generations() > before, "answers of the reloaded script")  # type: ignore[misc]
    load.stop()
    return await clients
