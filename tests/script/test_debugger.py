"""Connecting to a debugger that is not there, not installed, or there."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from scoring_runtime.errors import StartError
from scoring_runtime.script.debugger import connect_debugger


def install(monkeypatch: pytest.MonkeyPatch, debugpy: Any) -> None:
    monkeypatch.setitem(sys.modules, "debugpy", debugpy)


def test_without_debugpy_the_message_names_the_setting_and_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, None)
    with pytest.raises(StartError) as caught:
        connect_debugger(5678)
    message = "AZUREML_DEBUG_PORT is 5678, but debugpy is not installed: pip install scoring-runtime[debug]"
    assert str(caught.value) == message
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("error", [ConnectionRefusedError("refused"), RuntimeError("already connected")])
def test_without_a_client_that_listens(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def connect(address: tuple[str, int]) -> None:
        raise error

    install(monkeypatch, SimpleNamespace(connect=connect))
    with pytest.raises(StartError, match=f"no debugpy client listens on localhost:5678: {error}"):
        connect_debugger(5678)


def test_connects_out_and_waits(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    steps: list[Any] = []
    install(monkeypatch, SimpleNamespace(connect=steps.append, wait_for_client=lambda: steps.append("attached")))
    connect_debugger(5678)
    assert steps == [("localhost", 5678), "attached"]
    assert capsys.readouterr().out.count("\n!! ") == 2
    assert sys.stdout is not None
