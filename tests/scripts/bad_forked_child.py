"""run() forks a child and terminates it, as a script with a pool of processes does."""

import multiprocessing
import time


def init():
    pass


def run(data):
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,), daemon=True)
    child.start()
    child.terminate()
    child.join(10)
    return {"alive": child.is_alive(), "given": data}
