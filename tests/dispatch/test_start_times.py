"""Which calls have begun, as two processes see it through one file."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from scoring_runtime.dispatch.start_times import SLOTS, StartTimes, create_file


@pytest.fixture
def both() -> Iterator[tuple[StartTimes, StartTimes]]:
    """The worker's and the front process's view."""
    fd = create_file()
    worker, front = StartTimes(fd), StartTimes(fd)
    os.close(fd)
    yield worker, front
    worker.close()
    front.close()


def test_a_call_begins_runs_and_waits_again(both: tuple[StartTimes, StartTimes]) -> None:
    worker, front = both
    assert (front.has_begun(3), front.started_s(3)) == (False, None)
    worker.begin(3)
    assert (front.has_begun(3), front.started_s(3)) == (True, None)
    worker.run(3, 12.5)
    assert (front.has_begun(3), front.started_s(3)) == (True, 12.5)
    worker.run(3, None)
    assert (front.has_begun(3), front.started_s(3)) == (True, None)
    front.clear(3)
    assert not worker.has_begun(3)


def test_slots_are_apart(both: tuple[StartTimes, StartTimes]) -> None:
    worker, front = both
    worker.run(SLOTS - 1, 1.0)
    assert [slot for slot in range(SLOTS) if front.has_begun(slot)] == [SLOTS - 1]
    with pytest.raises(IndexError):
        worker.begin(SLOTS)
