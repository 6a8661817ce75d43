"""SIGTERM and SIGHUP under load: whatever a client has begun to send is answered, and nothing is reset."""

from __future__ import annotations

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
TRAFFIC = Traffic(max_rows=8, slow_share=0.05, fresh_share=0.2)


def prove_drains(drains: int, *options: str) -> list[Findings]:
    """What is found at each of so many stops, each of a new server.

    Most clients keep their connections, which are idle while they pause; some come with a new one each time. Who finds
    nobody listening was not refused anything.
    """
    found = []
    for _ in range(drains):
        with scene(*options) as running:
            account = uvloop.run(_drained(running))
            found.append(running.findings(account, allowed=[Ending.NOT_CONNECTED]))
    return found


async def _drained(running: Scene) -> Account:
    load = Load(running.server.port, TRAFFIC.requests(sys.maxsize), THINKING_S)
    async with load.running(CLIENTS) as clients:
        await until(lambda: load.account.last_number > LOADED_CALLS, "calls before the stop")
        running.server.process.send_signal(signal.SIGTERM)
        account = await clients
    # A second signal would shorten the drain.
    await until(lambda: running.server.process.poll() is not None, "the end of the server")
    return account


def prove_reloads(reloads: int, *options: str) -> Findings:
    """What is found after so many reloads of one server, none of which may fail anything."""
    with scene(*options) as running:
        account = uvloop.run(_reloaded(running, reloads))
        return running.findings(account)


async def _reloaded(running: Scene, reloads: int) -> Account:
    load = Load(running.server.port, TRAFFIC.requests(sys.maxsize))
    async with load.running(CLIENTS):
        await until(lambda: load.account.last_number > LOADED_CALLS, "calls before the first reload")
        for _ in range(reloads):
            known = running.served()
            running.server.process.send_signal(signal.SIGHUP)
            await until(lambda known=known: running.served() - known, "answers of the reloaded script")  # type: ignore[misc]
    return load.account
