"""init() changes what the whole process shares: signals, folder, logging, json, recursion."""

import functools
import json
import logging
import os
import signal
import sys


def init():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(-1)
    os.chdir("/")
    os.umask(0o777)
    sys.setrecursionlimit(200)
    logging.basicConfig(level=logging.DEBUG, force=True)
    logging.disable(logging.CRITICAL)
    json.dumps = functools.partial(json.dumps, indent=4)


def run(raw_data):
    return {"given": raw_data}
