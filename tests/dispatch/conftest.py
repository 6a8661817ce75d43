"""An event loop and a runner; and SIGALRM, which the alarm takes over for good, is given back."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
import uvloop

from tests.dispatch.holding_runner import HoldingRunner
from tests.dispatch.pool_scene import Run


@pytest.fixture(autouse=True)
def _sigalrm_restored() -> Iterator[None]:
    handler = signal.getsignal(signal.SIGALRM)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, handler)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def runner() -> HoldingRunner:
    return HoldingRunner()


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
    """Runs a coroutine to its end."""
    return asyncio.run
