"""run() hangs in the way that its input names; every other input is given back."""

import threading
import time


def spin():
    while True:
        pass


def deadlock():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


CASES = {"sleep": lambda: time.sleep(600), "spin": spin, "deadlock": deadlock}


def init():
    pass


def run(raw_data):
    return CASES[raw_data]() if raw_data in CASES else {"given": raw_data}
