"""run() writes 5 MB in the way that its input names; every other input is given back."""

import sys

LINE = "p" * 999 + "\n"
LINES = 5_000


def by_print():
    for _ in range(LINES):
        print(LINE, end="")


def to_stdout():
    for _ in range(LINES):
        sys.stdout.write(LINE)


def to_stderr():
    for _ in range(LINES):
        sys.stderr.write(LINE)


CASES = {"print": by_print, "stdout": to_stdout, "stderr": to_stderr, "buffered": lambda: sys.stdout.write("b" * 5000)}


def init():
    pass


def run(raw_data):
    if raw_data in CASES:
        CASES[raw_data]()
    return {"given": raw_data}
