"""Keeps as many worker processes alive as were asked for: starts them, replaces those that are lost, ends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any, Protocol

from scoring_runtime.call import Call
from scoring_runtime.dispatch.respawn import MAX_FAILURES, WINDOW_S, Respawn
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.dispatch.worker import Worker
from scoring_runtime.dispatch.worker_link import Pack
from scoring_runtime.dispatch.worker_plan import WorkerPlan
from scoring_runtime.errors import ScriptError, StartError
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)

# For the script's own clean-up after the last call.
EXIT_S = 5.0

OnReady = Callable[[Any], object]
OnFailed = Callable[[StartError], object]


class Crew(Protocol):
    """Who has work for the workers."""

    def on_available(self) -> None: ...

    def on_ended(self, worker: Worker, ended: Ended) -> None: ...

    def on_returned(self, calls: list[Call]) -> None: ...

    def on_lost(self, worker: Worker) -> None: ...


class Workforce:
    """Everything but `join` on the loop's thread. `ready` are the workers that can be given calls."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        plan: WorkerPlan,
        processes: int,
        pack: Pack,
        crew: Crew,
        on_restart: Callable[[str], object],
    ) -> None:
        self._loop = loop
        self._plan = plan
        self._processes = processes
        self._pack = pack
        self._crew = crew
        self._on_restart = on_restart
        self._workers: list[Worker] = []
        self._respawn = Respawn()
        self._is_stopping = False
        self.ready: list[Worker] = []
        self.was_ready = False

    @property
    def pids(self) -> tuple[int, ...]:
        return tuple(worker.pid for worker in self.ready if worker.pid is not None)

    @property
    def is_ended(self) -> bool:
        """Whether all have been told to end, and have."""
        return self._is_stopping and not self._workers

    def start(self, on_ready: OnReady, on_failed: OnFailed) -> None:
        """`on_ready` gets the facts that a worker told when all are ready; `on_failed` comes when there is no hope."""
        self._tell_ready = on_ready
        self._tell_failed = on_failed
        for _ in range(self._processes):
            self._spawn()

    def stop(self) -> None:
        """Lets all end by themselves, which takes EXIT_S at most."""
        if not self._is_stopping:
            self._is_stopping = True
            for worker in self._workers:
                worker.stop()
            if self._workers:
                self._loop.call_later(EXIT_S, self.kill_all)

    def kill_all(self) -> None:
        self._is_stopping = True
        for worker in self._workers:
            worker.kill("exit")

    def join(self, timeout_s: float) -> None:
        """From any thread, after `stop()`: returns when all have ended; they are killed when the time is up."""
        until_s = perf_counter() + timeout_s
        for worker in [*self._workers]:
            if not worker.join(max(0.0, until_s - perf_counter())):
                worker.kill("exit")
                worker.join(EXIT_S)

    def on_ready(self, worker: Worker, facts: Any) -> None:
        if self._is_stopping:
            worker.stop()
            return
        self.ready.append(worker)
        if not self.was_ready:
            if len(self.ready) < self._processes:
                return
            self.was_ready = True
            self._tell_ready(facts)
        self._crew.on_available()

    def on_ended(self, worker: Worker, ended: Ended) -> None:
        self._crew.on_ended(worker, ended)

    def on_returned(self, calls: list[Call]) -> None:
        self._crew.on_returned(calls)

    def on_lost(self, worker: Worker) -> None:
        if worker in self.ready:
            self.ready.remove(worker)
        self._crew.on_lost(worker)

    def on_exited(self, worker: Worker) -> None:
        self._workers.remove(worker)
        if self._is_stopping:
            return
        now_s = perf_counter()
        lived_s = now_s - worker.ready_s if worker.ready_s is not None else 0.0
        self._respawn.lost(now_s, worker.ready_s is not None, lived_s, worker.had_calls)
        error = self._verdict(worker)
        if error is not None:
            self.kill_all()
            self._tell_failed(error)
            return
        logger.error("Worker with pid %s is lost: %s. Another takes its place.", worker.pid, worker.describe_end())
        self._on_restart(worker.reason())
        self._loop.call_later(self._respawn.delay_s, self._spawn)

    def _verdict(self, worker: Worker) -> StartError | None:
        """Why there is no point in starting another, if there is none."""
        message, details = worker.failure or (f"A worker could not start: {worker.describe_end()}", "")
        if worker.failure and not self.was_ready:
            return ScriptError(message, details)
        if self._respawn.is_hopeless and worker.ready_s is None:
            times = f"{MAX_FAILURES} workers failed within {WINDOW_S:.0f} s to become ready"
            return StartError(f"{times}, the last one so: {message}", details)
        return None

    def _spawn(self) -> None:
        if self._is_stopping:
            return
        try:
            worker = Worker(self._loop, self._plan, self._pack, self)
        except OSError as error:  # no descriptor or no memory left, for the moment
            logger.error("A worker cannot be started: %s", error)
            self._loop.call_later(1.0, self._spawn)
            return
        self._workers.append(worker)
        worker.start()
