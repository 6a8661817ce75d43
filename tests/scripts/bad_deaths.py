"""run() ends its process in the way that its input names, or tells its number; any other input is given back."""

import ctypes
import os
import resource
import signal

CASES = {
    "exit": lambda: os._exit(0),
    "abort": os.abort,
    "segfault": lambda: ctypes.string_at(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "close": lambda: os.closerange(0, 1024),
    "pid": os.getpid,
}


def init():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(raw_data):
    return {"given": CASES[raw_data]() if raw_data in CASES else raw_data}
