"""run() does to the signals what its input names, long after init()."""

import asyncio
import os
import signal


def ignore():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def restore_defaults():
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


async def wait_for_signal():
    """Leaves the process without a wake-up descriptor: the loop takes it, and gives none back."""
    loop = asyncio.get_running_loop()
    seen = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, seen.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await seen.wait()
    loop.remove_signal_handler(signal.SIGUSR1)


CASES = {
    "ignore": ignore,
    "default": restore_defaults,
    "asyncio": lambda: asyncio.run(wait_for_signal()),
}


def init():
    pass


def run(raw_data):
    if raw_data in CASES:
        CASES[raw_data]()
    return {"given": raw_data}
