"""Dispatcher, queue, runner and hand-back in every order that a random walk finds, on a clock of the test's own.

Each call ends exactly once, with its own answer or an error that it has deserved, and nothing stays behind.
"""

from __future__ import annotations

import math
from contextlib import ExitStack

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.deadlines import GRACE_S
from scoring_runtime.dispatch.dispatcher import TICK_S, TICKS_PER_WATCH, Dispatcher
from scoring_runtime.errors import OverloadError, UnavailableError
from tests.dispatch.calls import shown
from tests.faults.asked_call import Asked
from tests.faults.stepped_runner import (
    EXITS,
    FINE,
    RAISES,
    RINGS,
    SHORT,
    TIMEOUT_MS,
    Clock,
    ClockLoop,
    SteppedRunner,
    on,
)

MAX_CALLS = 10
MAX_BYTES = 100
WATCH_S = TICK_S * (TICKS_PER_WATCH + 1)
MAX_RUNNERS = 3
MAX_TURNS = 1000

fates = st.lists(st.sampled_from([*[FINE] * 12, RAISES, EXITS, RINGS, SHORT]), min_size=1, max_size=4)
patience_s = st.sampled_from([math.inf, math.inf, 0.0, 0.2, 3.0])
pauses_s = st.sampled_from([TICK_S, WATCH_S, 0.3, (TIMEOUT_MS / 1000 + GRACE_S) * 1.1])


class Interleavings(RuleBasedStateMachine):
    """Steps of the loop, of the runners and of the clients, in any order."""

    @initialize(max_rows=st.sampled_from([1, 3, 5, 8]))
    def start(self, max_rows: int) -> None:
        self.max_rows = max_rows
        self.clock = Clock()
        self.patches = ExitStack()
        self.patches.enter_context(on(self.clock))
        self.loop = ClockLoop(self.clock)
        self.dispatcher = Dispatcher(self.loop, QueueLimits(MAX_CALLS, MAX_BYTES), TIMEOUT_MS)
        self.calls: list[Asked] = []
        self.runners: list[SteppedRunner] = []
        self.idle_notices = 0
        self.is_draining = self.is_cut_short = False
        self.switch()

    @precondition(lambda self: len(self.runners) < MAX_RUNNERS)
    @rule()
    def switch(self) -> None:
        """A reload: another runner gets the calls from now on."""
        runner = SteppedRunner(self.loop, self.dispatcher, len(self.runners), self.max_rows)
        self.runners.append(runner)
        previous = self.dispatcher.switch(runner)
        if previous is not None:
            previous.stop()

    @rule(asked=st.lists(st.tuples(fates, patience_s), min_size=1, max_size=6), turns=st.integers(0, 2))
    def arrive(self, asked: list[tuple[list[int], float]], turns: int) -> None:
        """Several requests in one turn of the loop, which may go on to hand them over."""
        for fates, patience_s in asked:
            self.submit(fates, patience_s)
        for _ in range(turns):
            self.loop.turn()

    def submit(self, fates: list[int], patience_s: float) -> None:
        call = Asked(len(self.calls), fates, self.runners[-1], self.clock() + patience_s)
        waiting, waiting_bytes = self.pending()
        try:
            self.dispatcher.submit(call)
            self.calls.append(call)
        except OverloadError:
            assert waiting == MAX_CALLS or waiting_bytes + call.size_bytes > MAX_BYTES
        except UnavailableError:
            assert any(other.is_overdue for other in self.dispatcher.in_flight), "turned away without a stuck runner"

    @precondition(lambda self: any(not call.ended for call in self.calls))
    @rule(data=st.data())
    def abandon(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from([call for call in self.calls if not call.ended]))
        call.abandoned = True

    @precondition(lambda self: any(runner.can_step for runner in self.runners))
    @rule(data=st.data(), steps=st.integers(1, 5), turns=st.booleans())
    def go_on(self, data: st.DataObject, steps: int, turns: bool) -> None:
        """A runner runs some calls, while the loop takes its turns or is busy elsewhere."""
        runner = data.draw(st.sampled_from([runner for runner in self.runners if runner.can_step]))
        for _ in range(steps):
            if runner.can_step:
                self.step(runner)
            if turns:
                self.loop.turn()

    def step(self, runner: SteppedRunner) -> None:
        unwanted = {call.number for call in self.calls if call.abandoned or call.expires_s < self.clock()}
        before = set(runner.entered)
        runner.step()
        assert not (runner.entered - before) & unwanted, "run() got a call that nobody waits for"

    @rule()
    def turn(self) -> None:
        self.loop.turn()

    @rule(pause_s=pauses_s)
    def wait(self, pause_s: float) -> None:
        """Time passes for everybody but the runners; whoever is late by then has been answered."""
        late_s = self.clock() - TIMEOUT_MS / 1000 - GRACE_S
        overdue = [call for call in self.calls if call.started_s is not None and call.started_s < late_s]
        expired = [call for call in self.calls if call.started_s is None and call.expires_s < self.clock()]
        for _ in range(TICKS_PER_WATCH + 1):
            self.clock.now_s += max(pause_s / TICKS_PER_WATCH, TICK_S)
            self.loop.turn()
        delivered = [call for runner in self.runners for call in runner.delivered]
        assert all(call.ended for call in [*overdue, *expired, *delivered])

    @precondition(lambda self: not self.is_draining and len(self.calls) > MAX_CALLS)
    @rule()
    def drain(self) -> None:
        self.is_draining = True
        self.dispatcher.drain(self.note_idle)

    @precondition(lambda self: self.is_draining and not self.is_cut_short)
    @rule()
    def cut_short(self) -> None:
        self.is_cut_short = True
        self.dispatcher.abandon_all()
        assert all(call.ended for call in self.calls)

    def note_idle(self) -> None:
        self.idle_notices += 1
        assert self.pending() == (0, 0)

    def pending(self) -> tuple[int, int]:
        """Calls and bytes in flight, by the dispatcher's own account."""
        return len(self.dispatcher.in_flight), self.dispatcher.in_flight_bytes

    def deserved(self, call: Asked) -> set[bytes | str]:
        """All that `call` may be answered."""
        allowed = {call.answer()}
        if call.abandoned:
            allowed.add("ClientGoneError")
        if call.expires_s < self.clock():
            allowed.add("DeadlineError")
        if call.is_overdue or call.number in call.runner.rung:
            allowed.add("RunTimeoutError")
        if self.is_cut_short or any(other.is_overdue for other in self.calls):
            allowed.add("UnavailableError")
        return allowed

    @invariant()
    def every_call_ends_at_most_once_and_as_it_deserves(self) -> None:
        for call in getattr(self, "calls", []):
            assert len(call.outcomes) == int(call.ended)
            assert {shown(outcome) for outcome in call.outcomes} <= self.deserved(call)

    @invariant()
    def bytes_are_those_of_the_calls(self) -> None:
        if hasattr(self, "dispatcher"):
            in_flight = self.dispatcher.in_flight
            assert self.dispatcher.in_flight_bytes == sum(call.size_bytes for call in in_flight)
            assert {call for call in self.calls if not call.ended} <= set(in_flight)

    def teardown(self) -> None:
        if not hasattr(self, "dispatcher"):
            return
        try:
            self.assert_all_ends()
        finally:
            for runner in self.runners:
                runner.free()
            self.patches.close()
            self.loop.close()

    def assert_all_ends(self) -> None:
        self.settle()
        self.runners[-1].stop()
        self.settle()
        assert all(runner.is_ended for runner in self.runners)
        assert all(call.ended for call in self.calls)
        assert self.pending() == (0, 0)
        assert self.idle_notices >= int(self.is_draining)
        self.every_call_ends_at_most_once_and_as_it_deserves()

    def settle(self) -> None:
        """Everybody takes steps until nobody can."""
        for _ in range(MAX_TURNS):
            self.clock.now_s += TICK_S
            self.loop.turn()
            able = [runner for runner in self.runners if runner.can_step]
            for runner in able:
                runner.step()
            if not able and self.dispatcher.is_idle:
                return
        raise AssertionError(f"never done: {self.dispatcher}")


def prove(walks: int) -> None:
    """Takes so many random walks; raises what hypothesis found, in its shortest form."""
    run_state_machine_as_test(Interleavings, settings=settings(max_examples=walks, deadline=None))
