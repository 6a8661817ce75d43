"""Prints and logs in every way a script may."""

import logging
import sys


def init():
    print("printed by init")


def run(data):
    print("printed", 1, None, sep="-", end="!")
    print()
    print("two\nlines")
    print("to stderr", file=sys.stderr)
    sys.stdout.write("written to stdout\n")
    sys.stdout.flush()
    logging.info("root info")
    logging.warning("root warning")
    logging.getLogger("own").error("own error")
    logging.getLogger("azmlinfsrv").info("into the server's log")
    return data
