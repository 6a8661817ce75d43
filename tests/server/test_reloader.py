"""One reload at a time, each with an end that is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import pytest

from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.errors import ScriptError, StartError
from scoring_runtime.server.host import Done
from scoring_runtime.server.reloader import Reloader, ReloadRefusedError
from tests.dispatch.calls import SentCall
from tests.dispatch.holding_runner import HoldingRunner

BROKEN = ScriptError("init() of score.py failed: no model", details="Traceback ...")


class Scene:
    """A reloader whose reloads end when the test says so."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.runner = HoldingRunner()
        self.dispatcher = Dispatcher(loop, QueueLimits(10, 10), timeout_ms=1000)
        self.begun: list[Done] = []
        self.reloader = Reloader(loop, self.dispatcher, self.begun.append)

    def ready(self) -> Scene:
        self.dispatcher.switch(self.runner)
        return self

    def asked(self) -> asyncio.Task[None]:
        """Somebody who waits for a reload."""
        task = self.loop.create_task(self.reloader.reload())
        self.turn()
        return task

    def turn(self) -> None:
        for _ in range(3):
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()


@pytest.fixture
def scene() -> Iterator[Scene]:
    loop = asyncio.new_event_loop()
    yield Scene(loop)
    loop.close()


@pytest.fixture(autouse=True)
def _all_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, "azmlinfsrv"):
        yield


def test_whoever_asks_is_told_of_the_end(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    asked = scene.ready().asked()
    assert not asked.done()
    scene.begun.pop()(None)
    scene.turn()
    assert asked.result() is None
    assert [message.split(":")[0] for message in caplog.messages] == ["Reloading", "Reloaded"]


def test_whoever_asks_is_told_why_it_failed(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    asked = scene.ready().asked()
    scene.begun.pop()(BROKEN)
    scene.turn()
    assert asked.exception() is BROKEN
    assert caplog.messages[1:] == [
        "The reload failed, the old script goes on serving: init() of score.py failed: no model",
        "Encountered Exception: Traceback ...",
    ]


@pytest.mark.parametrize("outcome", [None, BROKEN])
def test_after_a_reload_comes_the_next(scene: Scene, outcome: StartError | None) -> None:
    scene.ready()
    for _ in range(2):
        asked = scene.asked()
        scene.begun.pop()(outcome)
        scene.turn()
        assert asked.exception() is outcome


def test_a_second_one_meanwhile_is_refused(scene: Scene) -> None:
    first, second = scene.ready().asked(), scene.asked()
    assert isinstance(second.exception(), ReloadRefusedError)
    assert str(second.exception()) == "a reload is under way"
    assert len(scene.begun) == 1
    scene.begun.pop()(None)
    scene.turn()
    assert first.exception() is None


def test_not_while_starting(scene: Scene) -> None:
    assert str(scene.asked().exception()) == "the server is starting"
    assert scene.begun == []


def test_not_while_draining(scene: Scene) -> None:
    scene.ready().dispatcher.drain(lambda: None)
    assert str(scene.asked().exception()) == "the server is draining"


def test_not_while_every_runner_is_stuck(scene: Scene) -> None:
    scene.ready()
    scene.runner.given_up.append(SentCall())
    assert str(scene.asked().exception()) == "every runner is stuck in a call that is past its time-out"


def test_a_signal_begins_a_reload(scene: Scene) -> None:
    scene.ready().reloader.on_signal()
    assert len(scene.begun) == 1


def test_signals_during_a_reload_begin_one_more_after_it(scene: Scene) -> None:
    """The files may have changed after they were read."""
    scene.ready()
    for _ in range(4):
        scene.reloader.on_signal()
    assert len(scene.begun) == 1
    scene.begun[0](None)
    assert len(scene.begun) == 2
    scene.begun[1](None)
    assert len(scene.begun) == 2


def test_a_signal_during_a_reload_that_fails_counts_too(scene: Scene) -> None:
    asked = scene.ready().asked()
    scene.reloader.on_signal()
    scene.begun[0](BROKEN)
    scene.turn()
    assert asked.exception() is BROKEN
    assert len(scene.begun) == 2


def test_a_signal_at_the_wrong_time_is_ignored(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.reloader.on_signal()
    assert (scene.begun, caplog.messages) == ([], ["SIGHUP is ignored: the server is starting"])


def test_a_failed_reload_that_nobody_waits_for_is_only_logged(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.ready().reloader.on_signal()
    scene.begun.pop()(BROKEN)
    scene.turn()
    assert [record.levelname for record in caplog.records] == ["INFO", "ERROR", "ERROR"]


def test_whoever_asked_and_left_does_not_end_the_reload(scene: Scene) -> None:
    asked = scene.ready().asked()
    asked.cancel()
    scene.turn()
    assert asked.cancelled()
    assert str(scene.asked().exception()) == "a reload is under way"
    scene.begun.pop()(BROKEN)
    scene.turn()
    assert not scene.asked().done()
    scene.begun.pop()(None)
    scene.turn()
