"""A call on its way through the engine under a test's own clock, and the answer that is its own."""

from __future__ import annotations

import json

from tests.dispatch.calls import SentCall
from tests.faults.stepped_runner import EXITS, RAISES, RINGS, SHORT, SteppedRunner


class Asked(SentCall):
    """A call with what it asks for, and the runner that had to do it."""

    def __init__(self, number: int, fates: list[int], runner: SteppedRunner, expires_s: float) -> None:
        super().__init__(size_bytes=10 * len(fates), data=[[number, fate] for fate in fates])
        self.number = number
        self.fates = fates
        self.runner = runner
        self.expires_s = expires_s

    def answer(self) -> bytes | str:
        """Of a call that nothing comes in between."""
        if RINGS in self.fates:
            return "RunTimeoutError"
        if {RAISES, EXITS} & set(self.fates):
            return "RunError"
        return json.dumps([[self.number, self.runner.generation] for fate in self.fates if fate != SHORT]).encode()
