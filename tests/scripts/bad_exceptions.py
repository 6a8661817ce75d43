"""run() raises what its input names; every other input is given back."""

import asyncio
import sys


class Mute(Exception):
    def __str__(self):
        raise ValueError("no text")


class Unloadable(Exception):
    """Cannot be pickled, nor made from its arguments."""

    def __init__(self, first, second):
        super().__init__(lambda: (first, second))


def huge():
    raise ValueError("h" * 10_000_000)


def cycle():
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    raise first


def chain():
    error = None
    for _ in range(20_000):
        link = ValueError("link")
        link.__cause__ = error
        error = link
    raise error


def group():
    if sys.version_info < (3, 11):
        raise ValueError("no groups")
    raise ExceptionGroup("several", [ValueError("one"), Mute()])  # noqa: F821  # builtin from 3.11


def recurse():
    recurse()


def fill():
    return bytearray(1 << 60)


def stop():
    return next(iter([]))


def throw(error):
    raise error


CASES = {
    "plain": lambda: throw(ValueError("plain text of the script")),
    "mute": lambda: throw(Mute()),
    "unloadable": lambda: throw(Unloadable(1, 2)),
    "huge": huge,
    "cycle": cycle,
    "chain": chain,
    "group": group,
    "recursion": recurse,
    "memory": fill,
    "StopIteration": stop,
    "SystemExit": lambda: sys.exit(0),
    "KeyboardInterrupt": lambda: throw(KeyboardInterrupt()),
    "GeneratorExit": lambda: throw(GeneratorExit()),
    "CancelledError": lambda: throw(asyncio.CancelledError()),
    "BaseException": lambda: throw(BaseException("base")),
    "TimeoutError": lambda: throw(TimeoutError("the script's own")),
}


def init():
    pass


def run(raw_data):
    return CASES[raw_data]() if raw_data in CASES else {"given": raw_data}
