"""What is measured, one function per kind of question: each starts a server, asks it, and gives named figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks import load, pace, processes
from benchmarks.load import Load
from benchmarks.rounds import Figures
from benchmarks.servers import Request, Server
from benchmarks.serving import check, serving

SERVER_CORE, LOAD_CORE, BOTH_CORES = "0", "1", "0,1"
WARM_UP_S = 1
# So that what the two clients wait for each other is not taken for the server's delay.
YIELDING = 19
MIB = 1024 * 1024
RATE, P50, P99 = "requests/s", "p50 ms", "p99 ms"
IMAGES = "images/s"
HEALTHY, FIRST_ANSWER = "healthy ms", "first answer ms"
PSS, RSS = "PSS MiB", "RSS MiB"


def under_load(server: Server, seconds: int, *, clients: int, shares_cores: bool = False) -> Figures:
    """Requests per second and latency of a closed loop of keep-alive clients; answers are checked before and after."""
    server_cores, load_cores = (BOTH_CORES, BOTH_CORES) if shares_cores else (SERVER_CORE, LOAD_CORE)
    with serving(server, server_cores) as running:
        check(running.port, server.request)
        load.measure(running.port, server.request, Load(clients, WARM_UP_S, load_cores))
        found = load.measure(running.port, server.request, Load(clients, seconds, load_cores))
        check(running.port, server.request)
    return {RATE: found.requests_per_s, P50: found.p50_ms, P99: found.p99_ms}


def beside(server: Server, seconds: int, *, large: Callable[[], Request]) -> Figures:
    """Latency of small requests at a steady pace while one other client posts large ones in a loop."""
    request, others = replace(large(), path=server.request.path), Load(1, seconds + 2 * WARM_UP_S, LOAD_CORE, YIELDING)
    with serving(server, SERVER_CORE) as running:
        check(running.port, server.request)
        check(running.port, request)
        with load.posting(running.port, request, others) as wrk:
            time.sleep(WARM_UP_S)
            latencies = pace.latencies_ms(running.port, server.request, seconds, core=int(LOAD_CORE))
            posted = load.result(wrk, others)
        check(running.port, server.request)
    return {P99: pace.percentile(latencies, 99), P50: pace.percentile(latencies, 50), IMAGES: posted.requests_per_s}


def start(server: Server, _seconds: int) -> Figures:
    """Time from exec to the first 200 on the health path, and to the first right score."""
    with serving(server, SERVER_CORE) as running:
        check(running.port, server.request)
        answered_after_s = time.monotonic() - running.started_s
    return {HEALTHY: running.healthy_after_s * 1e3, FIRST_ANSWER: answered_after_s * 1e3}


def memory(server: Server, _seconds: int) -> Figures:
    """Memory of the server's processes after one right answer."""
    with serving(server, SERVER_CORE) as running:
        check(running.port, server.request)
        held = processes.memory(processes.tree(running.pid))
    return {PSS: held.pss_bytes / MIB, RSS: held.rss_bytes / MIB}
