"""Things that work only on the main thread of the process."""

import asyncio
import os
import signal
import threading

INIT_THREAD = []


def init():
    INIT_THREAD.append(threading.current_thread())
    signal.signal(signal.SIGUSR1, lambda number, frame: INIT_THREAD.append(number))


async def answer():
    await asyncio.sleep(0)
    return "from asyncio"


def run(data):
    os.kill(os.getpid(), signal.SIGUSR1)
    here = threading.current_thread()
    return [here is threading.main_thread(), here is INIT_THREAD[0], INIT_THREAD[1:], asyncio.run(answer())]
