"""The alarm on the main thread, which is where pytest runs the tests."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from scoring_runtime.dispatch.alarm import CHECK_S, LATE_S, Alarm, AlarmError

SHORT_MS = 20
FOR_EVER_S = 60


def spin(duration_s: float) -> None:
    """Pure Python, which the alarm can interrupt anywhere."""
    end_s = time.monotonic() + duration_s
    while time.monotonic() < end_s:
        pass


def test_interrupts_sleeping_code_and_is_a_timeout_error() -> None:
    alarm = Alarm(SHORT_MS)
    alarm.start(time.perf_counter())
    with pytest.raises(TimeoutError, match="run\\(\\) did not return within 20 ms") as caught:
        time.sleep(FOR_EVER_S)
    assert isinstance(caught.value, AlarmError)


def test_interrupts_a_loop() -> None:
    alarm = Alarm(SHORT_MS)
    alarm.start(time.perf_counter())
    with pytest.raises(AlarmError):
        spin(FOR_EVER_S)


def test_between_two_calls_it_rings_for_nobody() -> None:
    alarm = Alarm(SHORT_MS)
    alarm.start(time.perf_counter())
    assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    alarm.stop()
    spin(2 * SHORT_MS / 1000)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_timer_left_running_gives_the_next_call_its_whole_time() -> None:
    alarm = Alarm(SHORT_MS)
    alarm.start(time.perf_counter())
    alarm.stop()
    spin(0.8 * SHORT_MS / 1000)
    started_s = time.monotonic()
    alarm.start(time.perf_counter())
    with pytest.raises(AlarmError):
        spin(FOR_EVER_S)
    assert time.monotonic() - started_s >= SHORT_MS / 1000 - 0.001


def test_rings_although_the_script_has_put_its_own_handler_in_place() -> None:
    alarm = Alarm(SHORT_MS)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    alarm.start(time.perf_counter())
    with pytest.raises(AlarmError):
        spin(duration_s=1)


def test_a_script_may_take_timer_and_signal_until_the_next_call() -> None:
    rung: list[int] = []
    alarm = Alarm(FOR_EVER_S * 1000)
    alarm.start(time.perf_counter())
    signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
    signal.setitimer(signal.ITIMER_REAL, SHORT_MS / 1000)
    spin(2 * SHORT_MS / 1000)
    assert rung == [signal.SIGALRM]
    alarm.stop()
    spin(CHECK_S)
    alarm.start(time.perf_counter())
    assert signal.getitimer(signal.ITIMER_REAL)[0] > 1
    alarm.stop()


def test_a_call_that_begins_soon_after_the_timer_has_run_out_has_one() -> None:
    alarm = Alarm(1)
    alarm.start(time.perf_counter())
    alarm.stop()
    spin(0.0015)
    alarm.start(time.perf_counter())
    with pytest.raises(AlarmError):
        spin(FOR_EVER_S)


def test_interrupt_rings_for_a_call_whose_timer_was_taken_away() -> None:
    alarm = Alarm(SHORT_MS)
    alarm.start(time.perf_counter())
    signal.setitimer(signal.ITIMER_REAL, 0)
    late_s = time.perf_counter() + SHORT_MS / 1000 + 2 * LATE_S
    threading.Timer(0.05, alarm.interrupt, (late_s,)).start()
    with pytest.raises(AlarmError):
        spin(2 * LATE_S)


def test_interrupt_leaves_a_handler_of_the_script_alone() -> None:
    alarm = Alarm(SHORT_MS)
    rung: list[int] = []
    alarm.start(time.perf_counter())
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
    alarm.interrupt(time.perf_counter() + FOR_EVER_S)
    spin(SHORT_MS / 1000)
    assert rung == []


def test_does_nothing_on_another_thread() -> None:
    armed = []
    handler = signal.getsignal(signal.SIGALRM)

    def use() -> None:
        alarm = Alarm(SHORT_MS)
        alarm.start(time.perf_counter())
        armed.append(signal.getitimer(signal.ITIMER_REAL)[0])
        alarm.stop()

    thread = threading.Thread(target=use, daemon=True)
    thread.start()
    thread.join()
    assert armed == [0.0]
    assert signal.getsignal(signal.SIGALRM) is handler
