"""Functions declared with `async def` are awaited."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from scoring_runtime.script import coroutines
from scoring_runtime.script.coroutines import awaited


@pytest.fixture(autouse=True)
def _loop_closed() -> Any:
    """The loop of this thread lives as long as a server, but no longer than a test."""
    yield
    loop = coroutines._loops.__dict__.pop("loop", None)
    if loop is not None:
        loop.close()


def test_plain_functions_stay_themselves() -> None:
    def run(data: int) -> int:
        return data

    assert awaited(run) is run


def test_a_coroutine_function_is_run_to_its_end() -> None:
    async def run(data: int) -> int:
        await asyncio.sleep(0)
        return data + 1

    assert awaited(run)(data=1) == 2


def test_so_is_one_behind_decorators() -> None:
    def decorated(data: int) -> Any:
        return inner(data)

    async def inner(data: int) -> int:
        return data * 2

    decorated.__wrapped__ = inner  # type: ignore[attr-defined]
    assert awaited(decorated)(data=2) == 4


def test_calls_of_one_thread_share_a_loop() -> None:
    async def run(data: object) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert awaited(run)(data=1) is awaited(run)(data=2)


def test_another_thread_has_a_loop_of_its_own() -> None:
    async def run() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    loops = [awaited(run)()]

    def elsewhere() -> None:
        loops.append(awaited(run)())
        loops[1].close()

    thread = threading.Thread(target=elsewhere, daemon=True)
    thread.start()
    thread.join()
    assert loops[0] is not loops[1]


def test_the_loop_of_init_moves_with_what_it_has_opened() -> None:
    """init() of a script that is loaded anew has another thread than its run()."""

    async def init() -> asyncio.Event:
        return asyncio.Event()

    async def run(event: asyncio.Event) -> asyncio.AbstractEventLoop:
        asyncio.get_running_loop().call_soon(event.set)
        await event.wait()
        return asyncio.get_running_loop()

    given: list[Any] = []

    def elsewhere() -> None:
        given.extend([awaited(init)(), coroutines.give_away(), coroutines.give_away()])

    thread = threading.Thread(target=elsewhere, daemon=True)
    thread.start()
    thread.join()
    event, loop, nothing = given
    assert nothing is None
    coroutines.adopt(loop)
    assert awaited(run)(event) is loop


def test_the_loop_of_the_script_before_is_closed() -> None:
    async def run() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    before = awaited(run)()
    coroutines.adopt(None)
    assert before.is_closed()
    assert awaited(run)() is not before


def test_what_that_script_has_left_running_is_cancelled() -> None:
    ended = []

    async def stay() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def init() -> None:
        tasks.append(asyncio.ensure_future(stay()))
        await asyncio.sleep(0)

    tasks: list[asyncio.Task[None]] = []
    awaited(init)()
    coroutines.adopt(None)
    assert (ended, tasks[0].cancelled()) == ([True], True)


def test_asyncio_run_works_inside_a_plain_run() -> None:
    async def answer() -> int:
        return 5

    assert awaited(lambda data: asyncio.run(answer()))(data=1) == 5


def test_what_it_raises_comes_out() -> None:
    async def run() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        awaited(run)()


def test_a_call_that_was_interrupted_does_not_go_on_during_the_next() -> None:
    went_on = []

    async def interrupted() -> None:
        asyncio.get_running_loop().call_soon(interrupt)
        await asyncio.sleep(0.01)
        went_on.append(True)

    def interrupt() -> None:
        raise SystemExit  # leaves the loop at once, as the alarm does

    async def later() -> None:
        await asyncio.sleep(0.05)

    with pytest.raises(SystemExit):
        awaited(interrupted)()
    awaited(later)()
    assert went_on == []
