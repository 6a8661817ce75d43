"""Lets init() and run() be `async def`: they are awaited on an event loop that belongs to the script's thread."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any

_loops = threading.local()


def awaited(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` itself, or, for a coroutine function, one that runs it to its end."""
    if not inspect.iscoroutinefunction(inspect.unwrap(function)):
        return function

    @functools.wraps(function)
    def run_to_end(*args: Any, **kwargs: Any) -> Any:
        return _loop().run_until_complete(function(*args, **kwargs))

    return run_to_end


def _loop() -> asyncio.AbstractEventLoop:
    """One loop per thread, kept open between calls, so that connections opened in init() stay usable in run()."""
    if not hasattr(_loops, "loop"):
        _loops.loop = asyncio.SelectorEventLoop()
    loop: asyncio.AbstractEventLoop = _loops.loop
    return loop
