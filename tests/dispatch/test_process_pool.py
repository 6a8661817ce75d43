"""The pool with real processes: calls run and end exactly once, whatever becomes of the workers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
import uvloop

from scoring_runtime.call import Call
from scoring_runtime.dispatch import worker as worker_module
from scoring_runtime.errors import ScriptError, WorkerLostError
from scoring_runtime.stream import CAPACITY
from tests.dispatch.calls import shown
from tests.dispatch.pool_scene import POLL_S, WAIT_S, PoolScene, pool_scene, until

# A worker is a new interpreter, on a machine that may be busy.
REPLACED_S = 5.0
PROMPT_S = 1.0

Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=["asyncio", "uvloop"])
def run_on(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine to its end on a loop of one kind or the other."""

    def run(main: Coroutine[Any, Any, None]) -> None:
        loop = asyncio.new_event_loop() if request.param == "asyncio" else uvloop.new_event_loop()
        try:
            loop.run_until_complete(main)
        finally:
            loop.close()

    return run


@pytest.fixture
def run() -> Run:
    return asyncio.run


def test_calls_run_in_a_process_of_their_own(run_on: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            assert scene.ready.result() == {"facts": 1}
            assert (scene.pool.size, scene.pool.stuck()) == (1, 0)
            pid = int(await scene.ask("pid"))
            assert pid != os.getpid()
            assert scene.pool.worker_pids == (pid,)
            assert await scene.ask("echo", "zwölf") == b'"zw\\u00f6lf"'
            outcome = await scene.outcome(scene.submit("echo"))
            assert outcome.run_ms is not None
            assert outcome.queue_ms > 0
            assert outcome.decode_ms > 0
        assert (tmp_path / f"ended-{pid}").exists()
        assert scene.restarts == []

    run_on(main())


def test_many_calls_keep_their_own_answers(run_on: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path, processes=2) as scene:
            calls = [scene.submit("echo", str(number)) for number in range(2000)]
            answers = [shown(await scene.outcome(call)) for call in calls]
            assert answers == [b'"%d"' % number for number in range(2000)]

    run_on(main())


def test_large_bodies_in_both_directions(run_on: Run, tmp_path: Path) -> None:
    size_bytes = 50_000_000

    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            assert await scene.ask("length", "x" * size_bytes) == b"%d" % size_bytes
            answer = await scene.ask("repeat", str(size_bytes))
            assert answer == b'"%s"' % (b"x" * size_bytes)

    run_on(main())


def test_an_error_comes_back_as_it_was_raised(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            refused = (await scene.outcome(scene.submit("refuse", "x"))).error
            assert refused is not None
            assert (refused.status, refused.content(), refused.retry_after_s) == (422, {"given": "x"}, 9)
            wrong = (await scene.outcome(scene.submit("refuse unpacking", "wrong"))).error
            assert wrong is not None
            assert (wrong.status, str(wrong)) == (400, "wrong")
            assert await scene.ask("no such word") == "RunError"

    run(main())


def test_all_workers_are_used_and_a_long_call_holds_nobody_up(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path, processes=2) as scene:
            gate = tmp_path / "gate"
            held = scene.submit("wait", str(gate))
            pids = {await scene.ask("pid") for _ in range(20)}
            assert len(pids) == 1
            gate.touch()
            assert shown(await scene.outcome(held)) == b'"%s"' % os.fsencode(gate)

    run(main())


def test_calls_behind_a_long_one_go_to_an_idle_worker(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path, processes=2) as scene:
            for _ in range(200):  # short calls, so that several are sent together
                await asyncio.gather(*(scene.outcome(scene.submit("echo")) for _ in range(8)))
            gate = tmp_path / "gate"
            held = scene.submit("wait", str(gate))
            others = [scene.submit("echo", str(number)) for number in range(20)]
            while not all(call.outcome.done() for call in others):
                await asyncio.sleep(POLL_S)
                scene.pool.fetch()
            assert [shown(call.outcome.result()) for call in others] == [b'"%d"' % number for number in range(20)]
            assert not held.outcome.done()
            gate.touch()
            await scene.outcome(held)

    run(main())


def test_threads_share_a_worker(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path, threads=2) as scene:
            assert scene.pool.size == 2
            gate = tmp_path / "gate"
            held = scene.submit("wait", str(gate))
            assert await scene.ask("echo", "meanwhile") == b'"meanwhile"'
            gate.touch()
            await scene.outcome(held)

    run(main())


def test_waiting_calls_are_merged_in_the_worker(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path, limit=8) as scene:
            calls = [scene.submit("echo", str(number)) for number in range(8)]
            outcomes = [await scene.outcome(call) for call in calls]
            answers = [json.loads(outcome.payload.body) for outcome in outcomes if outcome.payload]
            assert [text for text, _ in answers] == [str(number) for number in range(8)]
            assert max(shared for _, shared in answers) > 1

    run(main())


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
    monkeypatch.setattr(worker_module, "BEGIN_S", 0.2)

    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            os.kill(scene.pool.worker_pids[0], signal.SIGSTOP)
            assert await scene.ask("echo", "on") == b'"on"'
            assert scene.restarts == ["hang"]

    run(main())


def test_calls_that_nobody_waits_for_are_not_run(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            gate = tmp_path / "gate"
            held = scene.submit("wait", str(gate))
            await scene.begun(held)
            abandoned, late = scene.submit("kill"), scene.submit("kill", expires_s=perf_counter())
            abandoned.abandoned = True
            scene.pool.look()
            assert shown(await scene.outcome(abandoned)) == "RunError"
            assert shown(await scene.outcome(late)) == "DeadlineError"
            gate.touch()
            await scene.outcome(held)
            assert scene.restarts == []

    run(main())


def test_a_call_abandoned_while_it_waits_in_the_worker_is_not_run(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            [pid] = scene.pool.worker_pids
            for _ in range(50):  # short calls, so that two are sent together
                await scene.ask("echo")
            os.kill(pid, signal.SIGSTOP)
            first, abandoned = scene.submit("wait for a cancelled one"), scene.submit("kill")
            await until(lambda: scene.pool._workforce.ready[0].in_flight == 2)
            abandoned.abandoned = True
            scene.pool.look()
            os.kill(pid, signal.SIGCONT)
            assert shown(await scene.outcome(first)) == b"null"
            assert shown(await scene.outcome(abandoned)) == "RunError"
            assert await scene.ask("pid") == b"%d" % pid

    run(main())


async def chunks(scene: PoolScene, call: Call) -> tuple[bytes, bool]:
    """All that is streamed as the answer, and whether the stream has failed."""
    stream = (await scene.outcome(call)).payload.stream  # type: ignore[arg-type,union-attr]
    assert stream is not None
    news = asyncio.Event()
    stream.attach(asyncio.get_running_loop(), news.set)
    taken = b""
    while not stream.is_taken:
        await asyncio.wait_for(news.wait(), WAIT_S)
        news.clear()
        taken += b"".join(stream.take())
    return taken, stream.is_failed


def test_a_stream_has_all_its_chunks(run_on: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            expected = b"".join(b"%d," % number for number in range(500))
            assert await chunks(scene, scene.submit("count", "500")) == (expected, False)
            assert await scene.ask("echo") == b'""'

    run_on(main())


@pytest.mark.parametrize("how", ["exit", "raise"])
def test_a_stream_that_breaks_off_fails(how: str, run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            taken, is_failed = await chunks(scene, scene.submit("fail later", how))
            assert is_failed
            assert CAPACITY <= len(taken) <= 3 * CAPACITY
            assert await scene.ask("echo") == b'""'

    run(main())


def test_a_stream_whose_client_has_gone_is_closed_in_the_worker(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            closed = tmp_path / "closed"
            payload = (await scene.outcome(scene.submit("endless", str(closed)))).payload
            assert payload is not None
            assert payload.stream is not None
            payload.stream.close()
            assert await scene.ask("echo") == b'""'
            assert closed.exists()
            assert scene.restarts == []

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


def test_stopping_lets_calls_end_first(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            gate = tmp_path / "gate"
            calls = [scene.submit("wait", str(gate)), scene.submit("echo")]
            await scene.begun(calls[0])
            scene.pool.stop()
            assert not scene.pool.is_ended
            gate.touch()
            assert [shown(await scene.outcome(call)) for call in calls] == [b'"%s"' % os.fsencode(gate), b'""']

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
