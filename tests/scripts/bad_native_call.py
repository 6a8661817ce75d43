"""run() reads the named pipe that its input names, with signals blocked: as in native code, none interrupts it.

It writes to the pipe's twin (`.begun`) first. What is no name of a pipe is given back.
"""

import signal


def init():
    pass


def run(raw_data):
    if not raw_data.startswith("/"):
        return {"given": raw_data}
    everything = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        with open(raw_data + ".begun", "w") as begun:
            begun.write("begun")
        with open(raw_data) as pipe:
            return {"read": pipe.readline()}
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, everything)
