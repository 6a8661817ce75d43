"""The alarm on the main thread, which is where pytest runs the tests."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from scoring_runtime.dispatch.alarm import Alarm, AlarmError

SHORT_MS = 20
FOR_EVER_S = 60


def spin(duration_s: float) -> None:
    """Pure Python, which the alarm can interrupt anywhere."""
    end_s = time.monotonic() + duration_s
    while time.monotonic() < end_s:
        pass


def test_interrupts_sleeping_code_and_is_a_timeout_error() -> None:
    alarm = Alarm(SHORT_MS)
    alarm.start()
    with pytest.raises(TimeoutError, match="run\\(\\) did not return within 20 ms") as caught:
        time.sleep(FOR_EVER_S)
    assert isinstance(caught.value, AlarmError)


def test_interrupts_a_loop() -> None:
    alarm = Alarm(SHORT_MS)
    alarm.start()
    with pytest.raises(AlarmError):
        spin(FOR_EVER_S)


def test_stop_disarms_the_timer() -> None:
    alarm = Alarm(FOR_EVER_S * 1000)
    alarm.start()
    assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    alarm.stop()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_rings_although_the_script_has_put_its_own_handler_in_place() -> None:
    alarm = Alarm(SHORT_MS)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    alarm.start()
    with pytest.raises(AlarmError):
        spin(duration_s=1)


def test_in_between_the_script_has_its_own_handler() -> None:
    def own(*arguments: object) -> None: ...

    alarm = Alarm(FOR_EVER_S * 1000)
    signal.signal(signal.SIGALRM, own)
    alarm.start()
    assert signal.getsignal(signal.SIGALRM) is not own
    alarm.stop()
    assert signal.getsignal(signal.SIGALRM) is own


def test_does_nothing_on_another_thread() -> None:
    armed = []
    handler = signal.getsignal(signal.SIGALRM)

    def use() -> None:
        alarm = Alarm(SHORT_MS)
        alarm.start()
        armed.append(signal.getitimer(signal.ITIMER_REAL)[0])
        alarm.stop()

    thread = threading.Thread(target=use, daemon=True)
    thread.start()
    thread.join()
    assert armed == [0.0]
    assert signal.getsignal(signal.SIGALRM) is handler
