"""What executes calls, as the dispatcher sees it: threads of this process, or processes. Both look alike."""

from __future__ import annotations

from typing import Protocol

from scoring_runtime.call import Call


class Runner(Protocol):
    """Everything is called on the event loop's thread and returns at once.

    What has ended goes to the function that the runner was made with (`Dispatcher.take_back`), on the same thread.
    """

    @property
    def size(self) -> int:
        """How many calls, or merged groups of calls, can run at the same time now."""

    def submit(self, call: Call) -> None: ...

    def fetch(self) -> None:
        """Called every few milliseconds while calls are in flight: brings in what has ended unnoticed."""

    def look(self) -> None:
        """Called before deadlines are looked at: brings `started_s` of the calls up to date."""

    def give_up(self, call: Call) -> None:
        """`call` was answered for the runner at its time-out: says where it is, and ends it if it can."""

    def stuck(self) -> int:
        """How many of `size` are occupied by calls that were given up."""

    def stop(self) -> None:
        """Ends when every call submitted before has ended."""
