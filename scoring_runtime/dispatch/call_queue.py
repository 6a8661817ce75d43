"""Calls that wait for a runner's thread: first come, first served, shared by all threads of one run().

The loop's thread puts calls in, each runner's thread takes them; neither waits for the other. A call that a thread
has taken but cannot use is given back, to be the next for whichever thread is free.
"""

from __future__ import annotations

from collections import deque
from queue import Empty, SimpleQueue
from time import perf_counter

from scoring_runtime.call import Call


class _Mark:
    """An entry that is no call: it wakes a thread."""


_STOP, _RETURNED = _Mark(), _Mark()


class CallQueue:
    """Every method from any thread."""

    def __init__(self) -> None:
        self._entries: SimpleQueue[Call | _Mark] = SimpleQueue()
        self._returned: deque[Call] = deque()
        self._marks: deque[_Mark] = deque()  # those among the entries that say nothing but that a call was returned

    def put(self, call: Call) -> None:
        self._entries.put(call)

    def give_back(self, call: Call) -> None:
        """The next call that is taken will be this one."""
        self._returned.append(call)
        self._marks.append(_RETURNED)
        self._entries.put(_RETURNED)

    def stop(self) -> None:
        """Lets `take()` return None once every call put in before has been taken."""
        self._entries.put(_STOP)

    def is_empty(self) -> bool:
        entries = self._entries
        return not self._returned and (entries.empty() or entries.qsize() <= len(self._marks))

    def take(self) -> Call | None:
        """The next call, waited for; None at the end, for every thread that asks."""
        while True:
            if self._returned and (call := self._take_returned()) is not None:
                return call
            entry = self._entries.get()
            if isinstance(entry, Call):
                return entry
            if entry is _RETURNED:
                self._marks.pop()
                continue
            self._entries.put(_STOP)
            if not self._returned:
                return None

    def take_waiting(self, patience_s: float = 0.0) -> Call | None:
        """The next call, if there is one now or within `patience_s`."""
        until_s = perf_counter() + patience_s if patience_s > 0 else 0.0
        while True:
            if self._returned and (call := self._take_returned()) is not None:
                return call
            try:
                left_s = until_s - perf_counter() if until_s else 0.0
                entry = self._entries.get(timeout=left_s) if left_s > 0 else self._entries.get_nowait()
            except Empty:
                return None
            if isinstance(entry, Call):
                return entry
            if entry is _STOP:
                self._entries.put(_STOP)
                return None
            self._marks.pop()

    def _take_returned(self) -> Call | None:
        try:
            return self._returned.popleft()
        except IndexError:  # another thread was quicker
            return None
