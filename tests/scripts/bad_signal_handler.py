"""init() makes SIGTERM raise SystemExit on the main thread; run() reads a named pipe, as in bad_pipe_reader."""

import signal
import sys


def leave(signum, frame):
    sys.exit(7)


def init():
    signal.signal(signal.SIGTERM, leave)


def run(raw_data):
    if not raw_data.startswith("/"):
        return {"given": raw_data}
    with open(raw_data + ".begun", "w") as begun:
        begun.write("begun")
    with open(raw_data) as pipe:
        return {"read": pipe.readline()}
