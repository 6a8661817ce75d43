"""A worker process without HTTP and without a script: run() does what its word says.

Started as `python -m tests.dispatch.worker_child FD FD PID`; its first frame says how it starts.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scoring_runtime.call import Arguments, Payload
from scoring_runtime.dispatch.alarm import Alarm
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.dispatch.merging import ListMerging
from scoring_runtime.dispatch.worker_end import WorkerEnd
from scoring_runtime.errors import InputError, ScoringError
from scoring_runtime.stream import CAPACITY, Stream

EXIT_FAILED = 3
ENDS: list[WorkerEnd] = []
PYTHON = ctypes.PyDLL(None)  # calls of it keep the interpreter's lock


def refuse(data: str) -> None:
    raise ScoringError(422, {"given": data}, retry_after_s=9)


def hang(data: str) -> None:
    """In native code, with the interpreter's lock, and with signals blocked."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    PYTHON.pause()


def wait(data: str) -> str:
    """Until there is a file of that name."""
    while not os.path.exists(data):
        time.sleep(0.002)
    return data


def wait_for_a_cancelled_one(data: str) -> None:
    while not any(call.abandoned for call in ENDS[0]._calls.values()):
        time.sleep(0.002)


def write_nonsense(data: str) -> None:
    os.write(int(sys.argv[1]), b"nonsense" * 100)


def count(data: str) -> Iterator[bytes]:
    for number in range(int(data)):
        yield b"%d," % number


def endless(data: str) -> Iterator[bytes]:
    try:
        while True:
            yield b"x" * 1000
    finally:
        Path(data).touch()


def fail_later(data: str) -> Iterator[bytes]:
    """After so many chunks that a client must have taken some."""
    yield from [b"x"] * 3 * CAPACITY
    os._exit(7) if data == "exit" else refuse(data)


WORDS: dict[str, Callable[[str], Any]] = {
    "echo": lambda data: data,
    "nap": lambda data: time.sleep(0.02),
    "pid": lambda data: os.getpid(),
    "kill": lambda data: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": lambda data: ctypes.string_at(0),
    "exit": lambda data: os._exit(0),
    "hang": hang,
    "wait": wait,
    "repeat": lambda data: "x" * int(data),
    "length": len,
    "refuse": refuse,
    "wait for a cancelled one": wait_for_a_cancelled_one,
    "nonsense": write_nonsense,
    "count": count,
    "endless": endless,
    "fail later": fail_later,
}


def run(word: str, data: str) -> Any:
    return WORDS[word](data)


def run_list(word: list[str], data: list[str]) -> list[Any]:
    """With the number of calls that shared it."""
    return [[WORDS[each](text), len(word)] for each, text in zip(word, data, strict=True)]


def encode(output: Any) -> Payload:
    if isinstance(output, Iterator):
        return Payload(b"", 200, [], Stream(output))
    return Payload(json.dumps(output).encode())


def unpack(meta: Any, body: bytes) -> Arguments:
    if meta == "die unpacking":
        os._exit(0)
    if meta == "refuse unpacking":
        raise InputError(body.decode())
    return {"word": meta, "data": body.decode()}


def start(how: str) -> None:
    """Raises, or ends the process, if that is how it shall start."""
    if how == "die":
        os._exit(5)
    if how == "second time" and os.path.exists("started"):
        raise ValueError("it starts only once")
    if how == "fail":
        raise ValueError("init() does not like it")
    Path("started").touch()


def main() -> int:
    end = WorkerEnd(int(sys.argv[1]), int(sys.argv[2]))
    ENDS.append(end)
    setup = end.set_up
    os.chdir(setup["folder"])
    try:
        start(setup["start"])
    except ValueError as error:
        end.fail(str(error), "details")
        return EXIT_FAILED
    merging = ListMerging(setup["limit"]) if setup["limit"] > 1 else None
    made = [Execution(run_list if merging else run, encode, Alarm(60_000), merging) for _ in range(setup["threads"])]
    end.serve(made, unpack, {"facts": 1})
    Path(f"ended-{os.getpid()}").touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
