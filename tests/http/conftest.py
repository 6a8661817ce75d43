"""A connection to a protocol whose clock stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http.connection import Connection, ManualLoop


@pytest.fixture
def loop() -> Iterator[ManualLoop]:
    loop = ManualLoop()
    yield loop
    loop.turn()
    loop.close()


@pytest.fixture
def connection(loop: ManualLoop) -> Connection:
    return Connection(loop)
