"""The runner whose calls run in worker processes: the queue in front of them, and who gets what of it.

A call goes to an idle worker at once. While all are busy calls wait here, and a worker gets more of them when it has
room (see `sharing`). What a lost worker had begun ends as WorkerLostError, the rest goes back to the head of the
queue, for the others: no call is begun twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch.sharing import fair_share
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.dispatch.waiting_calls import WaitingCalls
from scoring_runtime.dispatch.worker import Worker
from scoring_runtime.dispatch.worker_link import Pack
from scoring_runtime.dispatch.worker_plan import WorkerPlan
from scoring_runtime.dispatch.workforce import OnFailed, OnReady, Workforce
from scoring_runtime.errors import WorkerLostError
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)

WATCH_S = 1.0
# A call whose workers die before they begin with it is likely to be the reason.
MAX_SENDS = 3


class ProcessPool:
    """A Runner of `processes` worker processes, which `start()` begins to start."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        take_back: Callable[[Ended], None],
        plan: WorkerPlan,
        processes: int,
        pack: Pack,
        on_restart: Callable[[str], object] = lambda reason: None,
    ) -> None:
        self._loop = loop
        self._take_back = take_back
        self._plan = plan
        self._queue = WaitingCalls()
        self._sends: dict[Call, int] = {}
        self._is_assigning = False
        self._is_stopping = False
        self._watch: asyncio.TimerHandle | None = None
        self._workforce = Workforce(loop, plan, processes, pack, self, on_restart)
        self.kill_all = self._workforce.kill_all
        self.join = self._workforce.join

    def start(self, on_ready: OnReady, on_failed: OnFailed) -> None:
        """`on_ready` gets what a worker told of the script, once all are ready; `on_failed` may come at any time."""
        self._workforce.start(on_ready, on_failed)

    @property
    def was_ready(self) -> bool:
        return self._workforce.was_ready

    @property
    def is_ended(self) -> bool:
        return self._workforce.is_ended

    @property
    def worker_pids(self) -> tuple[int, ...]:
        return self._workforce.pids

    @property
    def size(self) -> int:
        return len(self._workforce.ready) * self._plan.threads

    def submit(self, call: Call) -> None:
        self._queue.append(call)
        if not self._is_assigning:
            self._is_assigning = True
            self._loop.call_soon(self._assign)

    def fetch(self) -> None:
        """What has ended comes by itself; what waits behind a long call is fetched for a worker that is idle."""
        workers = self._workforce.ready
        if not self._queue and any(worker.in_flight < self._plan.threads for worker in workers):
            now_s = perf_counter()
            for worker in workers:
                worker.recall_if_silent(now_s)

    def look(self) -> None:
        for worker in self._workforce.ready:
            worker.link.look()
        refused: Ended = []
        self._queue.weed(perf_counter(), refused)
        if refused:
            self._give_back(refused)

    def give_up(self, call: Call) -> None:
        for worker in self._workforce.ready:
            if call in worker.link.slots.calls():
                self._kill_hanging(worker, "run() has not returned at its time-out and cannot be interrupted")

    def stuck(self) -> int:
        """A worker that is stuck is replaced."""
        return 0

    def stop(self) -> None:
        self._is_stopping = True
        self._stop_if_idle()

    def on_available(self) -> None:
        """A worker has become ready."""
        self._assign()

    def on_ended(self, worker: Worker, ended: Ended) -> None:
        self._assign()
        self._give_back(ended)

    def on_returned(self, calls: list[Call]) -> None:
        self._queue.put_back(calls)
        self._assign()

    def on_lost(self, worker: Worker) -> None:
        begun, others = worker.link.slots.take_all()
        lost = [(call, Outcome(error=_lost())) for call in begun]
        for call in others:
            self._sends[call] = self._sends.get(call, 0) + 1
        lost += [(call, Outcome(error=_lost())) for call in others if self._sends[call] >= MAX_SENDS]
        self._queue.put_back(call for call in others if self._sends[call] < MAX_SENDS)
        self._assign()
        self._give_back(lost)

    def _give_back(self, ended: Ended) -> None:
        if self._sends:
            for call, _ in ended:
                self._sends.pop(call, None)
        if ended:
            self._take_back(ended)
        self._stop_if_idle()

    def _stop_if_idle(self) -> None:
        if self._is_stopping and not self._queue and not any(each.in_flight for each in self._workforce.ready):
            self._workforce.stop()

    def _assign(self) -> None:
        """Gives waiting calls to the workers that have room, the idle ones first."""
        self._is_assigning = False
        refused: Ended = []
        now_s = perf_counter()
        while self._queue:
            workers = self._workforce.ready
            is_crowded = len(self._queue) >= len(workers)
            takers = [(worker, room) for worker in workers if (room := worker.room(now_s, is_crowded)) > 0]
            if not takers:
                break
            idle = [taker for taker in takers if taker[0].in_flight < self._plan.threads]
            share = fair_share(len(self._queue), len(idle or takers))
            for worker, room in sorted(idle or takers, key=_load):
                if calls := self._queue.take(min(max(share, worker.pace.worth), room), now_s, refused):
                    worker.send(calls)
        self._watch_if_busy()
        if refused:
            self._give_back(refused)

    def _watch_if_busy(self) -> None:
        if self._watch is None and any(worker.in_flight for worker in self._workforce.ready):
            self._watch = self._loop.call_later(WATCH_S, self._watch_once)

    def _watch_once(self) -> None:
        """Replaces workers that are stopped or hang outside any run()."""
        self._watch = None
        now_s = perf_counter()
        for worker in [*self._workforce.ready]:
            if why := worker.hang(now_s):
                self._kill_hanging(worker, why)
        self._watch_if_busy()

    def _kill_hanging(self, worker: Worker, why: str) -> None:
        logger.error("Worker with pid %s is killed: %s.", worker.pid, why)
        worker.kill_hanging()


def _load(taker: tuple[Worker, int]) -> int:
    return taker[0].in_flight


def _lost() -> WorkerLostError:
    return WorkerLostError("The worker process ended while it ran the call. The call may be sent again.")
