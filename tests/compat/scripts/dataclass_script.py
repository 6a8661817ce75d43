"""Needs its own module to be known to Python: a dataclass with postponed annotations, and pickle."""

from __future__ import annotations

import pickle
from dataclasses import dataclass


@dataclass
class Point:
    x: int


def init():
    pass


def run(data):
    return pickle.loads(pickle.dumps(Point(5))).x
