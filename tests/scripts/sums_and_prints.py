"""Prints in init(), and fails when there is nothing to add."""

import json


def init():
    print("hello from init")


def run(data):
    values = json.loads(data)["data"]
    if not values:
        raise ValueError("nothing to add")
    return sum(values)
