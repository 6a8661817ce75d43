"""The messages between the front process and a worker process: framing alone, both ways, no I/O of its own.

A frame is a header (kind, slot, length of meta, length of body), meta (JSON) and body (raw bytes). Nothing is ever
unpickled, and lengths are checked before anything is kept: whoever breaks the rules raises FrameError at the reader.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from io import BufferedIOBase
from typing import Any

import orjson

MAX_META_BYTES = 16 * 1024 * 1024
MAX_BODY_BYTES = 4 * 1024 * 1024 * 1024
# Up to here a copy into one buffer costs less than another system call.
MAX_JOINED_BYTES = 64 * 1024

_HEADER = struct.Struct("<BIIQ")


class FrameError(Exception):
    """What the other process sent is no valid frame, or not valid now."""


class Kind(IntEnum):
    """To the worker: SETUP to RECALL; from it: READY to RETURNED."""

    SETUP = 1
    CALL = 2
    CANCEL = 3
    CREDIT = 4
    CLOSE = 5
    RECALL = 6
    READY = 16
    FAILED = 17
    OUTCOME = 18
    CHUNK = 19
    END = 20
    RETURNED = 21


_KINDS = {int(kind): kind for kind in Kind}


@dataclass(slots=True)
class Frame:
    """`slot` is the number under which both sides know a call."""

    kind: Kind
    slot: int
    meta: bytes
    body: bytes

    def value(self) -> Any:
        """What `meta` says; None if it is empty."""
        try:
            return orjson.loads(self.meta) if self.meta else None
        except orjson.JSONDecodeError as error:
            raise FrameError(f"a {self.kind.name} frame is not JSON: {error}") from None


def pack(kind: Kind, slot: int = 0, meta: Any = None, body: bytes = b"") -> list[bytes]:
    """The buffers of a frame: one, or, in order not to copy it, a large body apart."""
    text = b"" if meta is None else orjson.dumps(meta)
    head = _HEADER.pack(kind, slot, len(text), len(body)) + text
    return [head, body] if len(body) > MAX_JOINED_BYTES else [head + body]


def joined(buffers: list[bytes]) -> list[bytes]:
    """`buffers` with neighbours put together, as long as they are small."""
    pieces: list[bytes] = []
    small: list[bytes] = []
    for buffer in buffers:
        if len(buffer) <= MAX_JOINED_BYTES:
            small.append(buffer)
            continue
        if small:
            pieces.append(b"".join(small))
            small = []
        pieces.append(buffer)
    return [*pieces, b"".join(small)] if small else pieces


def _header(head: bytes) -> tuple[Kind, int, int, int]:
    number, slot, meta_bytes, body_bytes = _HEADER.unpack(head)
    kind = _KINDS.get(number)
    if kind is None or meta_bytes > MAX_META_BYTES or body_bytes > MAX_BODY_BYTES:
        raise FrameError(f"no frame has the header {head.hex()}")
    return kind, slot, meta_bytes, body_bytes


def read_frame(file: BufferedIOBase) -> Frame | None:
    """The next frame of a blocking file; None at its end."""
    head = file.read(_HEADER.size)
    if not head:
        return None
    kind, slot, meta_bytes, body_bytes = _header(_whole(head, _HEADER.size))
    meta = _whole(file.read(meta_bytes), meta_bytes) if meta_bytes else b""
    body = _whole(file.read(body_bytes), body_bytes) if body_bytes else b""
    return Frame(kind, slot, meta, body)


def _whole(data: bytes, size_bytes: int) -> bytes:
    if len(data) != size_bytes:
        raise FrameError("the connection ended within a frame")
    return data


class FrameReader:
    """Makes frames of a stream of bytes, however it is cut. A part that spans many pieces is copied once."""

    def __init__(self) -> None:
        self._collected: list[bytes] = []
        self._missing_bytes = _HEADER.size
        self._head: tuple[Kind, int, int, int] | None = None
        self._meta: bytes | None = None

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` completes. Raises FrameError."""
        frames: list[Frame] = []
        position, size_bytes = 0, len(data)
        while True:
            end = position + self._missing_bytes
            if end > size_bytes:
                break
            part = data[position:end]
            if self._collected:
                part = b"".join([*self._collected, part])
                self._collected = []
            position = end
            if frame := self._add_part(part):
                frames.append(frame)
        if position < size_bytes:
            self._collected.append(data[position:])
            self._missing_bytes -= size_bytes - position
        return frames

    def _add_part(self, part: bytes) -> Frame | None:
        """Takes a header, a meta or a body; returns a frame that it completes."""
        if self._head is None:
            self._head = _header(part)
            self._missing_bytes = self._head[2]
        elif self._meta is None:
            self._meta = part
            self._missing_bytes = self._head[3]
        else:
            frame = Frame(self._head[0], self._head[1], self._meta, part)
            self._head = self._meta = None
            self._missing_bytes = _HEADER.size
            return frame
        return None
