"""init() leaves a thread behind that never ends; given FAIL, it then fails."""

import os
import threading


def init():
    threading.Thread(target=threading.Event().wait).start()
    if os.environ.get("FAIL"):
        raise ValueError("no model")


def run(data):
    return data
