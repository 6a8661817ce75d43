"""One request of the load: its rows, the answer that is its own, and when its client goes away."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import orjson

HEAD = b"POST /score HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
# What tests/scripts/ledger_rows.py does with a row: answer, raise one of five exceptions, or take its time.
FINE, SLOW = 0, 6
RAISING = range(1, 6)
MAX_PAUSE_S = 0.01


class Leaving(Enum):
    """When the client goes away."""

    NEVER = "never"
    IN_HEAD = "in its head"
    IN_BODY = "in its body"
    AT_ONCE = "as soon as it is sent"
    LATER = "while it waits or runs"
    HALF = "only half: it sends no more, and still reads"


WHOLE = (Leaving.NEVER, Leaving.HALF)
GOING = (Leaving.IN_HEAD, Leaving.IN_BODY, Leaving.AT_ONCE, Leaving.LATER)


@dataclass(frozen=True, slots=True)
class Request:
    """`number` is its id, from 1; `cut` says at which share of head or body an incomplete one ends.

    `is_reset`: who goes away does it by a reset. `is_fresh`: the request after it gets a connection of its own.
    """

    number: int
    rows: list[list[float]]
    leaving: Leaving
    cut: float
    pause_s: float
    is_reset: bool
    is_fresh: bool

    @property
    def is_failing(self) -> bool:
        """Whether run() raises on one of its rows."""
        return any(row[3] in RAISING for row in self.rows)

    def wire(self) -> bytes:
        """What the client sends: all of it, or the part before it goes away."""
        body = orjson.dumps({"data": self.rows})
        head = HEAD % len(body)
        if self.leaving is Leaving.IN_HEAD:
            return head[: int(len(head) * self.cut)]
        if self.leaving is Leaving.IN_BODY:
            return head + body[: int(len(body) * self.cut)]
        return head + body

    def is_own(self, body: bytes) -> bool:
        """Whether `body` is the answer to these very rows."""
        try:
            return bool(orjson.loads(body) == [[number, index, value * 2] for number, index, value, _ in self.rows])
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the requests of a load are like; the same seed gives the same requests."""

    max_rows: int = 64
    leaving_share: float = 0.0
    half_share: float = 0.0
    failing_share: float = 0.0
    slow_share: float = 0.0
    fresh_share: float = 0.0
    seed: int = 1

    def requests(self, count: int) -> Iterator[Request]:
        """`count` requests with the ids from 1 on."""
        chance = random.Random(self.seed)
        for number in range(1, count + 1):
            yield self._request(number, chance)

    def _request(self, number: int, chance: random.Random) -> Request:
        # Few rows are as likely as many, twice as many, four times as many.
        size = int((self.max_rows + 1) ** chance.random())
        rows = [[float(number), float(index), chance.random(), float(FINE)] for index in range(size)]
        chance.choice(rows)[3] = self._fate(chance)
        return Request(
            number,
            rows,
            leaving=self._leaving(chance),
            cut=chance.random(),
            pause_s=chance.random() * MAX_PAUSE_S,
            is_reset=chance.random() < 0.5,
            is_fresh=chance.random() < self.fresh_share,
        )

    def _fate(self, chance: random.Random) -> float:
        drawn = chance.random()
        if drawn < self.failing_share:
            return float(chance.choice(RAISING))
        return float(SLOW if drawn < self.failing_share + self.slow_share else FINE)

    def _leaving(self, chance: random.Random) -> Leaving:
        drawn = chance.random()
        if drawn < self.leaving_share:
            return chance.choice(GOING)
        return Leaving.HALF if drawn < self.leaving_share + self.half_share else Leaving.NEVER
