"""A call whose end a test can wait for."""

from __future__ import annotations

import asyncio

from scoring_runtime.call import Outcome
from tests.dispatch.calls import SentCall

WAIT_S = 10.0


class WatchedCall(SentCall):
    """A call that lets its test go on when it ends."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.ending: asyncio.Future[Outcome] = loop.create_future()
        self.on_end = self._note

    def _note(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.ending.set_result(outcome)


def ended(loop: asyncio.AbstractEventLoop, call: WatchedCall) -> Outcome:
    """The outcome of `call`, waited for."""
    return loop.run_until_complete(asyncio.wait_for(call.ending, WAIT_S))
