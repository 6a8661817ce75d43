"""run() returns the value that its input names; every other input is given back."""

import datetime
import decimal
import math

import numpy as np


class Hostile(dict):
    def __iter__(self):
        raise SystemExit

    items = __iter__


def circular():
    values = []
    values.append(values)
    return values


def deep():
    values = []
    for _ in range(100_000):
        values = [values]
    return values


async def never_awaited():
    pass


def forgotten_coroutine():
    coroutine = never_awaited()
    coroutine.close()
    return coroutine


CASES = {
    "set": lambda: {1},
    "bytes": lambda: b"x",
    "datetime": lambda: datetime.datetime(2020, 1, 1),
    "Decimal": lambda: decimal.Decimal(1),
    "generator": lambda: iter([1]),
    "coroutine": forgotten_coroutine,
    "object": object,
    "ndarray": lambda: np.zeros(2),
    "int64": lambda: np.int64(1),
    "set inside": lambda: {"a": [{1}]},
    "tuple as key": lambda: {(1, 2): 3},
    "circular": circular,
    "deep": deep,
    "integer of 5,000 digits": lambda: 10**5000,
    "hostile dict": lambda: Hostile(a=1),
    "None": lambda: None,
    "NaN": lambda: math.nan,
    "infinities inside": lambda: {"a": [math.inf, 1.5, -math.inf], math.nan: 1},
    "float64": lambda: np.float64(0.5),
    "keys": lambda: {2: 1, None: 3, True: 4},
    "tuple": lambda: ("x", 404),
    "JSON text": lambda: '{"a": 1}',
    "lone surrogate": lambda: "\ud800",
}


def init():
    pass


def run(raw_data):
    return CASES[raw_data]() if raw_data in CASES else {"given": raw_data}
