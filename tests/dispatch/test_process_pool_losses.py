"""The pool with workers that die, hang or cannot start: calls end exactly once, and workers come back."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from functools import partial
from pathlib import Path
from time import perf_counter

import pytest

from scoring_runtime.dispatch import worker_link
from scoring_runtime.errors import ScriptError, WorkerLostError
from tests.dispatch.calls import shown
from tests.dispatch.pool_scene import WAIT_S, PoolScene, Run, pool_scene, until

# A worker is a new interpreter, on a machine that may be busy.
REPLACED_S = 5.0
PROMPT_S = 1.0


@pytest.mark.parametrize(
    ("word", "reason"), [("kill", "signal"), ("segfault", "signal"), ("exit", "exit"), ("nonsense", "exit")]
)
def test_a_lost_worker_fails_only_what_it_had_begun(word: str, reason: str, run_on: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path, processes=2) as scene:
            gate = tmp_path / "gate"
            other = scene.submit("wait", str(gate))
            await scene.begun(other)
            victim = scene.submit(word)
            waiting = [scene.submit("echo", str(number)) for number in range(50)]
            begun_s = perf_counter()
            error = (await scene.outcome(victim)).error
            assert isinstance(error, WorkerLostError)
            assert (error.status, error.retry_after_s) == (503, 1)
            assert perf_counter() - begun_s < PROMPT_S
            assert [shown(await scene.outcome(call)) for call in waiting] == [b'"%d"' % n for n in range(50)]
            await scene.whole()
            assert perf_counter() - begun_s < REPLACED_S
            gate.touch()
            await scene.outcome(other)
            assert scene.restarts == [reason]

    run_on(main())


def test_calls_that_a_killed_worker_had_not_begun_run_elsewhere_once(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            [pid] = scene.pool.worker_pids
            for _ in range(50):  # short calls, so that the next are sent ahead
                await scene.ask("echo")
            os.kill(pid, signal.SIGSTOP)
            calls = [scene.submit("pid") for _ in range(5)]
            await asyncio.sleep(0)
            os.kill(pid, signal.SIGKILL)
            answers = {shown(await scene.outcome(call)) for call in calls}
            assert answers == {b"%d" % scene.pool.worker_pids[0]}
            assert scene.pool.worker_pids != (pid,)

    run(main())


def test_a_call_that_ends_workers_before_they_begin_it_is_not_sent_for_ever(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            assert await scene.ask("die unpacking") == "WorkerLostError"
            assert await scene.ask("echo") == b'""'
            assert scene.restarts == ["exit"]

    run(main())


def test_a_call_that_is_given_up_costs_its_worker(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            hanging = scene.submit("hang")
            await scene.begun(hanging)
            scene.pool.give_up(hanging)
            assert shown(await scene.outcome(hanging)) == "WorkerLostError"
            assert await scene.ask("echo") == b'""'
            assert scene.restarts == ["hang"]

    run(main())


def test_a_stopped_worker_does_not_keep_calls(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_link, "BEGIN_S", 0.2)

    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            os.kill(scene.pool.worker_pids[0], signal.SIGSTOP)
            assert await scene.ask("echo", "on") == b'"on"'
            assert scene.restarts == ["hang"]

    run(main())


@pytest.mark.parametrize("start", ["fail", "die"])
def test_workers_that_cannot_start_end_the_pool(start: str, run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        scene = PoolScene(tmp_path, 2, start, 1, 1)
        error = await asyncio.wait_for(scene.failed, WAIT_S)
        assert not scene.pool.was_ready
        if start == "fail":
            assert isinstance(error, ScriptError)
            assert (str(error), error.details) == ("init() does not like it", "details")
            assert scene.restarts == []
        else:
            assert "5 workers failed within 60 s" in str(error)
            assert "it exited with code 5" in str(error)
            assert scene.restarts == ["init"] * 4
        await until(lambda: scene.pool.is_ended)

    run(main())


def test_a_pool_that_cannot_be_kept_alive_ends(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        scene = PoolScene(tmp_path, 1, "second time", 1, 1)
        await asyncio.wait_for(scene.ready, WAIT_S)
        assert await scene.ask("exit") == "WorkerLostError"
        error = await asyncio.wait_for(scene.failed, WAIT_S)
        assert scene.pool.was_ready
        assert str(error).endswith("it starts only once")
        assert scene.restarts == ["exit", *["init"] * 4]
        await until(lambda: scene.pool.is_ended)

    run(main())


def test_no_descriptor_is_left_after_many_losses(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            before = len(os.listdir("/proc/self/fd"))
            for _ in range(10):
                assert await scene.ask("exit") == "WorkerLostError"
                await scene.whole()
            assert len(os.listdir("/proc/self/fd")) <= before

    run(main())


async def kill_workers(scene: PoolScene, count: int, chance: random.Random) -> None:
    """Kills one after the other, each after the one before it was replaced and something was answered."""
    for _ in range(count):
        before = len(scene.restarts)
        os.kill(chance.choice(scene.pool.worker_pids), signal.SIGKILL)
        await until(partial(is_longer, scene.restarts, before))
        await scene.whole()
        await scene.ask("echo")


def is_longer(values: list[str], length: int) -> bool:
    return len(values) > length


def test_under_losses_each_call_ends_once_with_its_own_answer(run_on: Run, tmp_path: Path) -> None:
    """PoolScene watches that no call ends twice."""
    chance = random.Random(1)

    async def client(scene: PoolScene, name: int, killing: asyncio.Task[None]) -> int:
        lost = number = 0
        while not killing.done():
            number += 1
            text = f"{name} {number}"
            answer = await scene.ask("echo" if chance.random() > 0.02 else "nap", text)
            assert answer in (b'"%s"' % text.encode(), b"null", "WorkerLostError")
            lost += answer == "WorkerLostError"
        return lost

    async def main() -> None:
        async with pool_scene(tmp_path, processes=2) as scene:
            killing = asyncio.create_task(kill_workers(scene, 4, chance))
            lost = sum(await asyncio.gather(*(client(scene, name, killing) for name in range(16))))
            assert lost <= 4 * 16
            assert scene.restarts == ["signal"] * 4

    run_on(main())
