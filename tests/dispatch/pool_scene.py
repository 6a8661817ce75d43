"""A pool of real worker processes on an event loop, without HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import math
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from time import perf_counter
from typing import Any

from scoring_runtime.call import Arguments, Call, Outcome
from scoring_runtime.dispatch.process_pool import ProcessPool
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.dispatch.worker_plan import WorkerPlan
from scoring_runtime.errors import StartError
from tests.dispatch.calls import shown

WAIT_S = 30.0
POLL_S = 0.005

Run = Callable[[Coroutine[Any, Any, None]], None]


class Asked(Call):
    """A call whose outcome can be awaited."""

    def __init__(self, word: str, data: str, expires_s: float) -> None:
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        super().__init__({"word": word, "data": data}, self.outcome.set_result)
        self.submitted_s = perf_counter()
        self.expires_s = expires_s


class PoolScene:
    """`restarts` are the reasons that were told, `failed` what ended the pool."""

    def __init__(self, folder: Path, processes: int, start: str, threads: int, limit: int) -> None:
        loop = asyncio.get_running_loop()
        setup = {"folder": str(folder), "start": start, "threads": threads, "limit": limit}
        plan = WorkerPlan((sys.executable, "-m", "tests.dispatch.worker_child"), setup, threads, timeout_s=1.0)
        self._processes = processes
        self.restarts: list[str] = []
        self.ready: asyncio.Future[Any] = loop.create_future()
        self.failed: asyncio.Future[StartError] = loop.create_future()
        self.pool = ProcessPool(loop, self._take_back, plan, processes, pack, self.restarts.append)
        self.pool.start(self.ready.set_result, self.failed.set_result)

    def submit(self, word: str, data: str = "", expires_s: float = math.inf) -> Asked:
        call = Asked(word, data, expires_s)
        self.pool.submit(call)
        return call

    async def outcome(self, call: Asked) -> Outcome:
        return await asyncio.wait_for(call.outcome, WAIT_S)

    async def ask(self, word: str, data: str = "") -> bytes | str:
        """The body of the answer, or the name of the error's class."""
        return shown(await self.outcome(self.submit(word, data)))

    async def begun(self, call: Asked) -> None:
        def has_begun() -> bool:
            self.pool.look()
            return call.started_s is not None

        await until(has_begun)

    async def whole(self) -> None:
        """Returns when every worker is there again."""
        await until(lambda: len(self.pool.worker_pids) == self._processes)

    def _take_back(self, ended: Ended) -> None:
        for call, outcome in ended:
            assert not call.ended, "a call has ended twice"
            call.end(outcome)


def pack(arguments: Arguments) -> tuple[Any, bytes]:
    return arguments["word"], arguments["data"].encode()


async def until(condition: Callable[[], bool]) -> None:
    """Returns once `condition` holds."""
    deadline_s = perf_counter() + WAIT_S
    while not condition():
        assert perf_counter() < deadline_s, "not in time"
        await asyncio.sleep(POLL_S)


@contextlib.asynccontextmanager
async def pool_scene(
    folder: Path, processes: int = 1, start: str = "", threads: int = 1, limit: int = 1
) -> AsyncIterator[PoolScene]:
    """A pool whose workers are ready; at the end it stops, and no process is left."""
    scene = PoolScene(folder, processes, start, threads, limit)

    try:
        await asyncio.wait_for(asyncio.shield(scene.ready), WAIT_S)
        yield scene
        scene.pool.stop()
        await until(lambda: scene.pool.is_ended)
    finally:
        scene.pool.kill_all()
        await until(lambda: scene.pool.is_ended)
