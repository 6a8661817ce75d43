"""Returns the value that the body names."""

import datetime
import decimal
import enum
import uuid
from collections import OrderedDict, defaultdict, namedtuple

import numpy as np
import pandas as pd


class Color(enum.IntEnum):
    RED = 1


class Name(str):
    pass


async def coroutine():
    return 1


Point = namedtuple("Point", "x y")
VALUES = {
    "none": lambda: None,
    "str": lambda: 'héllo "quoted" \u2028 𝄞 \x7f \x00 </script>',
    "json text": lambda: '{"a": 1}',
    "empty str": lambda: "",
    "lone surrogate": lambda: "\ud800",
    "dict": lambda: {"a": 1, "é": [1.0, None, True]},
    "int keys": lambda: {1: "a", 2.5: "b", None: "c", False: "d"},
    "tuple keys": lambda: {(1, 2): "a"},
    "bytes keys": lambda: {b"a": 1},
    "same keys": lambda: {1: "a", "1": "b"},
    "ordered": lambda: OrderedDict([("z", 1), ("a", 2)]),
    "default dict": lambda: defaultdict(list, a=[1]),
    "list": lambda: [1, "a", [], {}],
    "nested": lambda: {"a": [{"b": [{"c": []}]}]},
    "tuple": lambda: (1, "a"),
    "status tuple": lambda: ("x", 404),
    "status and headers tuple": lambda: ("x", 201, {"X-A": "1"}),
    "named tuple": lambda: Point(1, 2),
    "int": lambda: 5,
    "big int": lambda: 10**30,
    "negative": lambda: -5,
    "float": lambda: 0.1,
    "floats": lambda: [
        1.0,
        1e5,
        1e16,
        1e22,
        1e-5,
        1e-7,
        5e-324,
        1.7976931348623157e308,
        -0.0,
        1 / 3,
        123456789012345680.0,
    ],
    "bool": lambda: True,
    "false": lambda: False,
    "zero": lambda: 0,
    "empty list": list,
    "empty dict": dict,
    "nan": lambda: float("nan"),
    "infinities": lambda: [float("inf"), float("-inf"), {"a": float("nan")}],
    "int enum": lambda: Color.RED,
    "str subclass": lambda: Name("x"),
    "np.float64": lambda: np.float64(0.1),
    "list of np.float64": lambda: [np.float64(1), np.float64(1e16)],
    "np.float32": lambda: np.float32(0.1),
    "np.int64": lambda: np.int64(1),
    "np.bool": lambda: np.bool_(True),
    "np.str": lambda: np.str_("x"),
    "ndarray": lambda: np.array([1, 2]),
    "nested ndarray": lambda: {"a": np.array([1])},
    "ndarray.tolist": lambda: np.array([[1.5, 2.0]]).tolist(),
    "frame": lambda: pd.DataFrame({"a": [1]}),
    "series": lambda: pd.Series([1]),
    "frame.to_dict": lambda: pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_dict(orient="records"),
    "frame.to_json": lambda: pd.DataFrame({"a": [1]}).to_json(),
    "timestamp": lambda: pd.Timestamp("2024-01-02"),
    "bytes": lambda: b"bytes",
    "bytearray": lambda: bytearray(b"bytes"),
    "memoryview": lambda: memoryview(b"bytes"),
    "set": lambda: {1},
    "frozenset": lambda: frozenset([1]),
    "datetime": lambda: datetime.datetime(2024, 5, 6),
    "date": lambda: datetime.date(2024, 5, 6),
    "decimal": lambda: decimal.Decimal("1.5"),
    "uuid": lambda: uuid.UUID(int=1),
    "complex": lambda: 1j,
    "generator": lambda: (number for number in range(3)),
    "range": lambda: range(3),
    "map": lambda: map(str, [1]),
    "dict keys": lambda: {"a": 1}.keys(),
    "object": lambda: object(),
    "class": lambda: Point,
    "function": lambda: init,
    "exception as a value": lambda: ValueError("x"),
    "deep inside": lambda: [{"a": [{"b": {1, 2}}]}],
}


def circular():
    endless = []
    endless.append(endless)
    return endless


def deep():
    value = []
    for _ in range(100_000):
        value = [value]
    return value


VALUES["circular"] = circular
VALUES["deep"] = deep


def init():
    pass


def run(data):
    return VALUES[data]()
