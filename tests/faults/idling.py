"""What a server costs while nobody asks it anything."""

from __future__ import annotations

import time

import psutil
import uvloop

from tests.faults.load import Load
from tests.faults.request import Traffic
from tests.faults.scene import scene

CALLS = 500
CLIENTS = 16


def idle_share(seconds: float, *options: str) -> float:
    """Processor time per time of a server with merging on, which has worked before; its workers' included."""
    with scene("--max-batch-rows", "64", *options) as running:
        uvloop.run(Load(running.server.port, Traffic().requests(CALLS)).run(CLIENTS))
        server = psutil.Process(running.server.process.pid)
        processes = [server, *server.children(recursive=True)]
        begun_s, used_s = time.monotonic(), _used_s(processes)
        time.sleep(seconds)
        return (_used_s(processes) - used_s) / (time.monotonic() - begun_s)


def _used_s(processes: list[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return sum(float(each.user + each.system) for each in times)
