"""Raises what the body names."""

import asyncio
import concurrent.futures
import json
import sys


class OwnError(Exception):
    pass


class WorstError(BaseException):
    pass


def stop_iteration():
    raise StopIteration(1)


RAISED = {
    "ValueError": lambda: (_ for _ in ()).throw(ValueError("details")),
    "own": lambda: (_ for _ in ()).throw(OwnError("details")),
    "worst": lambda: (_ for _ in ()).throw(WorstError("details")),
    "assertion": lambda: (_ for _ in ()).throw(AssertionError()),
    "zero division": lambda: 1 / 0,
    "key": lambda: {}["x"],
    "json": lambda: json.loads("{"),
    "import": lambda: __import__("nowhere_to_be_found"),
    "memory": lambda: (_ for _ in ()).throw(MemoryError()),
    "stop iteration": stop_iteration,
    "unicode": lambda: b"\xff".decode(),
    "generator exit": lambda: (_ for _ in ()).throw(GeneratorExit()),
    "timeout": lambda: (_ for _ in ()).throw(TimeoutError("own")),
    "asyncio timeout": lambda: (_ for _ in ()).throw(asyncio.TimeoutError()),
    "future timeout": lambda: concurrent.futures.Future().result(timeout=0.01),
    "exit": lambda: sys.exit(3),
    "interrupt": lambda: (_ for _ in ()).throw(KeyboardInterrupt()),
    "fine": lambda: "fine",
}


def recursion():
    return recursion()


RAISED["recursion"] = recursion


def init():
    pass


def run(data):
    return RAISED[data]()
