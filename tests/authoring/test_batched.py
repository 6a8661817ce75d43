"""`@batched`: a mark on run(), with the most calls that it takes at once."""

from __future__ import annotations

from functools import wraps
from typing import Any

import pytest

import scoring_runtime.authoring
from scoring_runtime.authoring import batched, rawhttp
from scoring_runtime.authoring.batched import DEFAULT_MAX_SIZE, batch_size


def test_without_arguments() -> None:
    def run(data: list[str]) -> list[str]:
        return data

    assert batch_size(run) is None
    assert batched(run) is run
    assert batch_size(run) == DEFAULT_MAX_SIZE


@pytest.mark.parametrize("size", [1, 8, 100_000])
def test_with_a_size(size: int) -> None:
    @batched(max_size=size)
    def run(data: list[str]) -> list[str]:
        return data

    assert batch_size(run) == size
    assert run(["a"]) == ["a"]


def test_with_empty_parentheses() -> None:
    @batched()
    def run(data: list[str]) -> list[str]:
        return data

    assert batch_size(run) == DEFAULT_MAX_SIZE


@pytest.mark.parametrize("size", [0, -1, True, 2.0, "8", None])
def test_a_size_that_is_none(size: Any) -> None:
    with pytest.raises(ValueError, match="a whole number of at least 1, not "):
        batched(max_size=size)


def test_coroutine_functions_too() -> None:
    @batched(max_size=4)
    async def run(data: list[str]) -> list[str]:
        return data

    assert batch_size(run) == 4


def test_it_does_not_matter_which_decorator_is_outside() -> None:
    @batched
    @rawhttp
    def one(requests: list[Any]) -> list[Any]:
        return requests

    @rawhttp
    @batched
    def other(requests: list[Any]) -> list[Any]:
        return requests

    assert batch_size(one) == batch_size(other) == DEFAULT_MAX_SIZE


def test_a_decorator_that_wraps_keeps_the_mark() -> None:
    @batched(max_size=4)
    def run(data: list[str]) -> list[str]:
        return data

    @wraps(run)
    def outside(data: list[str]) -> list[str]:
        return run(data)

    assert batch_size(outside) == 4


def test_the_package_offers_the_decorator_not_the_module_of_that_name() -> None:
    assert scoring_runtime.authoring.batched is batched
