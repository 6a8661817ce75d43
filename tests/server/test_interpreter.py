"""How often garbage is collected while a script is loaded and afterwards, and how soon another thread gets its turn."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from scoring_runtime.server.interpreter import begin_loading, end_loading, share


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before, interval_s = gc.get_threshold(), sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval_s)
    gc.unfreeze()
    gc.set_threshold(*before)


def test_collections_are_rare_only_while_loading() -> None:
    before = gc.get_threshold()
    begin_loading()
    assert gc.get_threshold()[0] > 10 * before[0]
    end_loading()
    assert gc.get_threshold() == before


def test_a_threshold_of_the_script_stays() -> None:
    begin_loading()
    gc.set_threshold(123, 4, 5)
    end_loading()
    assert gc.get_threshold() == (123, 4, 5)


def test_what_was_loaded_is_not_looked_at_again_and_garbage_is_gone() -> None:
    frozen = gc.get_freeze_count()
    begin_loading()
    kept = [[number] for number in range(1000)]
    circle: list[object] = []
    circle.append(circle)
    marker = id(circle)
    del circle
    end_loading()
    assert gc.get_freeze_count() >= frozen + len(kept)
    gc.unfreeze()
    assert marker not in {id(each) for each in gc.get_objects() if isinstance(each, list) and each and each[0] is each}


def test_another_thread_need_not_wait_long() -> None:
    sys.setswitchinterval(1.0)
    share()
    assert sys.getswitchinterval() <= 0.001
