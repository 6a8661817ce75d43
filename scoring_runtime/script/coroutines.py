"""Lets init() and run() be `async def`: they are awaited on an event loop that belongs to the script's thread."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any

# A coroutine may clean up when it is cancelled, but not for long.
CANCEL_S = 1.0

Loop = asyncio.AbstractEventLoop

_loops = threading.local()


def awaited(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` itself, or, for a coroutine function, one that runs it to its end."""
    if not inspect.iscoroutinefunction(inspect.unwrap(function)):
        return function

    @functools.wraps(function)
    def run_to_end(*args: Any, **kwargs: Any) -> Any:
        loop = _loop()
        task = loop.create_task(function(*args, **kwargs))
        try:
            return loop.run_until_complete(task)
        except BaseException:
            _end(loop, task)
            raise

    return run_to_end


def _end(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
    """Cancels what an interruption, such as the scoring time-out, left behind: the next call must not continue it."""
    if not task.done():
        task.cancel()
        loop.run_until_complete(asyncio.wait([task], timeout=CANCEL_S))


def _loop() -> asyncio.AbstractEventLoop:
    """One loop per thread, kept open between calls, so that connections opened in init() stay usable in run()."""
    if not hasattr(_loops, "loop"):
        _loops.loop = asyncio.SelectorEventLoop()
    loop: asyncio.AbstractEventLoop = _loops.loop
    return loop


def _close(loop: Loop) -> None:
    """Ends what a script has left running there."""
    if tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.wait(tasks, timeout=CANCEL_S))
    loop.close()


def give_away() -> Loop | None:
    """Takes this thread's loop from it, for another thread to `adopt`: what init() has opened lives on it."""
    loop: Loop | None = _loops.__dict__.pop("loop", None)
    return loop


def adopt(loop: Loop | None) -> None:
    """Makes `loop`, if there is one, this thread's in the place of the one before, which is closed."""
    if (previous := give_away()) is not None:
        _close(previous)
    if loop is not None:
        _loops.loop = loop
