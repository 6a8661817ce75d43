"""A runner that runs nothing: it keeps what it is given, and what it is told."""

from __future__ import annotations

from collections.abc import Callable

from scoring_runtime.call import Call


class HoldingRunner:
    """`on_fetch` is what `fetch()` does, `on_look` what `look()` does."""

    size = 1

    def __init__(self) -> None:
        self.submitted: list[Call] = []
        self.given_up: list[Call] = []
        self.is_stopped = False
        self.fetches = 0
        self.on_fetch: Callable[[], None] = lambda: None
        self.on_look: Callable[[], None] = lambda: None

    def submit(self, call: Call) -> None:
        assert not self.is_stopped
        self.submitted.append(call)

    def fetch(self) -> None:
        self.fetches += 1
        self.on_fetch()

    def look(self) -> None:
        self.on_look()

    def give_up(self, call: Call) -> None:
        self.given_up.append(call)

    def stuck(self) -> int:
        return len(self.given_up)

    def stop(self) -> None:
        self.is_stopped = True
