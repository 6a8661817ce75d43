"""Streamed answers through the pool, from a generator in a real worker process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from scoring_runtime.call import Call
from scoring_runtime.stream import CAPACITY
from tests.dispatch.pool_scene import WAIT_S, PoolScene, Run, pool_scene


async def chunks(scene: PoolScene, call: Call) -> tuple[bytes, bool]:
    """All that is streamed as the answer, and whether the stream has failed."""
    stream = (await scene.outcome(call)).payload.stream  # type: ignore[arg-type,union-attr]  # a wrong one fails the test
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
