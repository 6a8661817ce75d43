"""The pool with real processes: who gets which call, and each call's own answer."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from time import perf_counter

from tests.dispatch.calls import shown
from tests.dispatch.pool_scene import POLL_S, Run, pool_scene, until


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


def test_calls_that_nobody_waits_for_are_not_run(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with pool_scene(tmp_path) as scene:
            gate = tmp_path / "gate"
            held = scene.submit("wait", str(gate))
            await scene.begun(held)
            abandoned, late = scene.submit("kill"), scene.submit("kill", expires_s=perf_counter())
            abandoned.abandoned = True
            scene.pool.look()
            assert shown(await scene.outcome(abandoned)) == "ClientGoneError"
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
            assert shown(await scene.outcome(abandoned)) == "ClientGoneError"
            assert await scene.ask("pid") == b"%d" % pid

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
