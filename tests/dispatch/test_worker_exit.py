"""How the end of a worker is told."""

from __future__ import annotations

import pytest

from scoring_runtime.dispatch.worker_exit import describe_exit, end_word


@pytest.mark.parametrize(
    ("was_ready", "code", "word"),
    [(False, 0, "init"), (False, -9, "init"), (True, -9, "signal"), (True, 0, "exit"), (True, None, "exit")],
)
def test_end_word(was_ready: bool, code: int | None, word: str) -> None:
    assert end_word(was_ready, code) == word


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (None, "its connection ended"),
        (7, "it exited with code 7"),
        (-11, "it was ended by signal SIGSEGV"),
        (-99, "it exited with code -99"),
    ],
)
def test_describe_exit(code: int | None, text: str) -> None:
    assert describe_exit(code) == text
