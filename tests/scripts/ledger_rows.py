"""A schema script that keeps account: each call's id goes to a ledger of this process before run() answers.

A row is [id, index, value, fate]; the fates are those of tests/faults/request.py. A line of the ledger is an id and
how many calls shared the run(). The schema's sample has a negative id and leaves no trace, nor does a call that
fails: a batch that fails is run again in parts.
"""

import os
import time

import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema

EXCEPTIONS = {1: ValueError, 2: SystemExit, 3: KeyboardInterrupt, 4: MemoryError, 5: StopIteration}
SLOW = 6
SLOW_S = 0.003


def init():
    global ledger
    path = os.path.join(os.environ["LEDGERS"], f"{os.getpid()}.{time.monotonic_ns()}")
    ledger = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


@input_schema("data", NumpyParameterType(np.array([[-1.0, 0.0, 0.0, 0.0]])))
def run(data):
    rows = data.tolist()
    for _, _, _, fate in rows:
        if fate in EXCEPTIONS:
            raise EXCEPTIONS[fate]("as asked")
    numbers = [number for number, index, _, _ in rows if number > 0 and index == 0]
    for number in numbers:
        os.write(ledger, b"%d %d\n" % (number, len(numbers)))
    if any(fate == SLOW for _, _, _, fate in rows):
        time.sleep(SLOW_S)
    return [[number, index, value * 2] for number, index, value, _ in rows]
