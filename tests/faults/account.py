"""How each call of a load ended for its client, compared with what the ledgers say has run.

lost         no answer although the client waited, or an answer although nothing ran
duplicated   ran more than once
wrong owner  answered with something other than the call's own rows
stuck        neither an answer nor an end of the connection in time
failed       an error that nobody asked for
phantom      ran although it was never sent whole, or although it was answered with an error
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import IntEnum

from tests.faults.ledger import Ledger

MAX_EXAMPLES = 10


class Ending(IntEnum):
    """What the client of one call saw."""

    NONE = 0
    RIGHT = 1
    RAISED = 2
    WRONG_OWNER = 3
    REFUSED_4XX = 4
    RETRYABLE = 5
    FAILED_5XX = 6
    RESET = 7
    TIMED_OUT = 8
    CUT_SHORT = 9
    ABANDONED = 10
    NOT_CONNECTED = 11


ENDINGS = {
    Ending.NONE: "without an end",
    Ending.RIGHT: "answered with its own rows",
    Ending.RAISED: "answered 500, as run() raised",
    Ending.WRONG_OWNER: "answered with other rows",
    Ending.REFUSED_4XX: "answered 4xx",
    Ending.RETRYABLE: "answered 503 with Retry-After",
    Ending.FAILED_5XX: "answered 5xx",
    Ending.RESET: "reset or closed without an answer",
    Ending.TIMED_OUT: "not answered in time",
    Ending.CUT_SHORT: "aborted before it was sent whole",
    Ending.ABANDONED: "aborted while it waited or ran",
    Ending.NOT_CONNECTED: "not sent, as the connection was refused",
}
FAULTS = {
    Ending.NONE: "stuck",
    Ending.TIMED_OUT: "stuck",
    Ending.RESET: "lost",
    Ending.WRONG_OWNER: "wrong owner",
    Ending.REFUSED_4XX: "failed",
    Ending.RETRYABLE: "failed",
    Ending.FAILED_5XX: "failed",
    Ending.NOT_CONNECTED: "failed",
}
ANSWERED = {Ending.RIGHT, Ending.RAISED, Ending.RETRYABLE}
# Nothing of these may have run.
NOT_RUN = {Ending.CUT_SHORT, Ending.NOT_CONNECTED, Ending.RAISED, Ending.REFUSED_4XX}
KINDS = ("lost", "duplicated", "wrong owner", "stuck", "failed", "phantom")


class Account:
    """The endings of the calls 1, 2, 3, ... of one load."""

    def __init__(self) -> None:
        self._endings = bytearray(1)
        self.details: dict[int, str] = {}
        self.answered_ms = array("f")

    @property
    def last_number(self) -> int:
        return len(self._endings) - 1

    def begin(self, number: int) -> None:
        """The next call is under way. Ids come in their order."""
        assert number == len(self._endings)
        self._endings.append(Ending.NONE)

    def end(self, number: int, ending: Ending, detail: str = "", elapsed_s: float = 0.0) -> None:
        """The call has ended; `detail` is kept for what nobody expects."""
        assert self._endings[number] == Ending.NONE
        self._endings[number] = ending
        if ending in ANSWERED:
            self.answered_ms.append(elapsed_s * 1000)
        if ending in FAULTS and len(self.details) < MAX_EXAMPLES:
            self.details[number] = detail

    def numbers(self, ending: Ending) -> list[int]:
        """The ids of the calls that ended so."""
        return [number for number, value in enumerate(self._endings) if number and value == ending]

    def counts(self) -> dict[Ending, int]:
        """How many calls ended in each way."""
        found = Counter(memoryview(self._endings)[1:])
        return {ending: found[ending] for ending in Ending if found[ending]}

    def faults(self, runs: array[int], allowed: Iterable[Ending] = ()) -> Iterator[tuple[str, int]]:
        """Each fault's kind and the id of its call; `runs` says how often each call ran."""
        excused = frozenset(allowed)
        for number, value in enumerate(self._endings):
            if number == 0:
                continue
            ending = Ending(value)
            if ending in FAULTS and ending not in excused:
                yield FAULTS[ending], number
            if runs[number] > 1:
                yield "duplicated", number
            elif runs[number] == 1 and ending in NOT_RUN:
                yield "phantom", number
            elif runs[number] == 0 and ending is Ending.RIGHT:
                yield "lost", number


class Findings:
    """The faults of one load, counted, with a few examples; false when there are none."""

    def __init__(self, account: Account, ledger: Ledger, allowed: Iterable[Ending] = ()) -> None:
        self.endings = account.counts()
        self.slowest_ms = max(account.answered_ms, default=0.0)
        self.shared_calls = ledger.shared_calls
        self.counts = Counter[str]()
        self.examples: list[str] = []
        for kind, number in account.faults(ledger.runs, allowed):
            self.add(kind, f"call {number} {account.details.get(number, '')}")

    def __bool__(self) -> bool:
        return self.counts.total() > 0

    def add(self, kind: str, example: str) -> None:
        """One more fault."""
        self.counts[kind] += 1
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(f"{kind}: {example}")

    def __str__(self) -> str:
        ended = [f"{count:>12,} {ENDINGS[ending]}" for ending, count in self.endings.items()]
        ran = f"{self.shared_calls:>12,} shared their run() with others; slowest answer {self.slowest_ms:.0f} ms"
        found = ", ".join(f"{self.counts[kind]} {kind}" for kind in KINDS)
        return "\n".join([f"{sum(self.endings.values()):>12,} calls", *ended, ran, found, *self.examples])
