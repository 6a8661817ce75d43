"""A server that nobody asks does next to nothing, however it is set to serve."""

from __future__ import annotations

import pytest

from tests.faults.idling import idle_share

WINDOW_S = 2.5
MAX_SHARE = 0.01


@pytest.mark.parametrize("options", [(), ("--workers", "2")], ids=["threads", "workers"])
def test_an_idle_server_uses_less_than_a_hundredth_of_a_core(options: tuple[str, ...]) -> None:
    assert idle_share(WINDOW_S, *options) < MAX_SHARE
