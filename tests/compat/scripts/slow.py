"""Takes its time in the way that the body names."""

import signal
import time

ALARMS = []


def init():
    signal.signal(signal.SIGALRM, lambda number, frame: ALARMS.append(number))


def sleep():
    time.sleep(20)


def loop():
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        pass


def swallow():
    try:
        time.sleep(20)
    except Exception:
        return "swallowed"


def clean_up():
    try:
        time.sleep(20)
    finally:
        ALARMS.append("cleaned up")


DONE = {
    "sleep": sleep,
    "loop": loop,
    "swallow": swallow,
    "clean up": clean_up,
    "nothing": lambda: "done",
    "alarms": lambda: [ALARMS, signal.getitimer(signal.ITIMER_REAL)[0] > 0],
}


def run(data):
    return DONE[data]()
