"""Its init() never returns, whatever interrupts it."""

import os


def init():
    reader, _ = os.pipe()
    print("init() has begun")
    while True:
        try:
            os.read(reader, 1)
        except BaseException as error:
            print("init() goes on after", type(error).__name__)


def run(data):
    return data
