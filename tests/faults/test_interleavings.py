"""Some of the orders in which the engine's parts may take their steps; the long form takes more."""

from __future__ import annotations

from tests.faults.interleavings import prove

WALKS = 150


def test_every_call_ends_once_in_any_order_of_steps() -> None:
    prove(WALKS)
