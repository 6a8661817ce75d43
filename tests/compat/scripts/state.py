"""Counts its calls: state lives from init() to the last call."""

calls = None


def init():
    global calls
    calls = 0


def run(data):
    global calls
    calls += 1
    return calls
