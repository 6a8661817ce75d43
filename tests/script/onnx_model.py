"""The smallest ONNX models, put together as protobuf messages by hand."""

from __future__ import annotations

FLOAT = 1


def field(number: int, value: int | bytes) -> bytes:
    """One field of a message; all numbers and lengths here take one byte."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def identity_model() -> bytes:
    """`y = x`, vectors of two floats."""
    node = field(1, b"x") + field(2, b"y") + field(4, b"Identity")
    graph = field(1, node) + field(2, b"graph") + field(11, _vector(b"x")) + field(12, _vector(b"y"))
    ir_version, opset = field(1, 8), field(8, field(2, 13))
    return ir_version + field(7, graph) + opset


def _vector(name: bytes) -> bytes:
    shape = field(1, field(1, 2))
    tensor_type = field(1, FLOAT) + field(2, shape)
    return field(1, name) + field(2, field(1, tensor_type))
