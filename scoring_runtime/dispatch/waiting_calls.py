"""The calls that no worker has yet, first come, first served; those that nobody waits for any more are weeded out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch.thread_runner import Ended, expired
from scoring_runtime.errors import ClientGoneError


class WaitingCalls:
    """Everything on the loop's thread. What is refused goes to the list that is given, with its outcome."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque()

    def __len__(self) -> int:
        return len(self._calls)

    def append(self, call: Call) -> None:
        self._calls.append(call)

    def put_back(self, calls: Iterable[Call]) -> None:
        """To the head, in the order given."""
        self._calls.extendleft(reversed([*calls]))

    def take(self, count: int, now_s: float, refused: Ended) -> list[Call]:
        """Up to `count` calls that still want to be run."""
        calls: list[Call] = []
        while self._calls and len(calls) < count:
            call = self._calls.popleft()
            if refusal := _refusal(call, now_s):
                refused.append((call, refusal))
            else:
                calls.append(call)
        return calls

    def weed(self, now_s: float, refused: Ended) -> None:
        """Removes all that nobody waits for."""
        if self._calls:
            self._calls = deque(self.take(len(self._calls), now_s, refused))


def _refusal(call: Call, now_s: float) -> Outcome | None:
    """The outcome of a call that nobody waits for any more."""
    if call.abandoned or call.ended:
        return Outcome(error=ClientGoneError())
    return Outcome(error=expired()) if call.expires_s < now_s else None
