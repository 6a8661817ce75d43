"""The script in worker processes; this process keeps every client connection and never sees the script.

The main thread has nothing to do here but to wait. A reload starts new workers beside the old ones; those end when
their last calls have.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from scoring_runtime.call import Arguments
from scoring_runtime.dispatch.process_pool import ProcessPool
from scoring_runtime.dispatch.worker_plan import WorkerPlan
from scoring_runtime.errors import StartError
from scoring_runtime.http.score import Service
from scoring_runtime.openapi import SwaggerDocuments
from scoring_runtime.request import Request
from scoring_runtime.server import interpreter
from scoring_runtime.server.host import Done, FrontDesk
from scoring_runtime.server.remote_request import pack
from scoring_runtime.server.worker_setup import setup_of
from scoring_runtime.settings import Settings

COMMAND = (sys.executable, "-m", "scoring_runtime.server.worker")
# For what the script does at its end, in a worker.
EXIT_S = 5.0

Broken = Callable[[StartError], None]


class WorkerHost:
    """A Host whose runners are processes. `on_broken` is told when workers cannot be kept alive any longer."""

    def __init__(
        self, settings: Settings, desk: FrontDesk, on_restart: Callable[[str], None], on_broken: Broken
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._on_restart = on_restart
        self._on_broken = on_broken
        self._pools: list[ProcessPool] = []
        self._is_started = threading.Event()
        self._failure: StartError | None = None
        self._is_stopped = threading.Event()

    def start(self) -> None:
        self._desk.loop.call_soon_threadsafe(self._begin, self._end_start)
        self._is_started.wait()
        if self._failure is not None:
            raise self._failure

    def work(self, before_idle: Callable[[], object]) -> None:
        interpreter.end_loading()
        self._is_stopped.wait()
        for pool in self._pools:
            pool.join(EXIT_S)

    def reload(self, done: Done) -> None:
        self._begin(done)

    def stop(self) -> None:
        for pool in self._pools:
            pool.stop()
        self._is_stopped.set()

    def kill(self) -> None:
        for pool in self._pools:
            pool.kill_all()

    def worker_pids(self) -> tuple[int, ...]:
        return tuple(pid for pool in self._pools for pid in pool.worker_pids)

    def _begin(self, done: Done) -> None:
        """On the loop's thread: starts workers, which take over when all of them are ready."""
        settings = self._settings
        setup = setup_of(settings, is_reload=bool(self._pools))
        plan = WorkerPlan(COMMAND, setup, settings.threads, settings.timeout_ms / 1000)
        take_back = self._desk.dispatcher.take_back
        pool = ProcessPool(self._desk.loop, take_back, plan, settings.worker_count, pack, self._on_restart)
        self._pools = [other for other in self._pools if not other.is_ended] + [pool]
        pool.start(on_ready=partial(self._open, pool, done), on_failed=partial(self._fail, pool, done))

    def _open(self, pool: ProcessPool, done: Done, facts: dict[str, Any]) -> None:
        service = Service(_bind, facts["is_raw"], facts["takes_parameters"], decodes=False)
        self._desk.open(pool, service, SwaggerDocuments(facts["documents"]))
        done(None)

    def _fail(self, pool: ProcessPool, done: Done, error: StartError) -> None:
        """The workers never became ready, or could not be kept alive afterwards."""
        pool.kill_all()
        if pool.was_ready:
            self._on_broken(error)
        else:
            done(error)

    def _end_start(self, error: StartError | None) -> None:
        self._failure = error
        self._is_started.set()


def _bind(request: Request) -> Arguments:
    """The worker reads the request: decoding takes its time there, not here."""
    return {"request": request}
