"""Frames are the same however their bytes are cut, and what is no frame is refused before it is kept."""

from __future__ import annotations

import io
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_runtime.dispatch.frames import (
    MAX_JOINED_BYTES,
    Frame,
    FrameError,
    FrameReader,
    Kind,
    joined,
    pack,
    read_frame,
)

FRAMES = st.lists(
    st.tuples(
        st.sampled_from(Kind),
        st.integers(0, 2**32 - 1),
        st.none() | st.lists(st.text(max_size=5) | st.integers(0, 9), max_size=3),
        st.binary(max_size=40) | st.just(b"x" * (MAX_JOINED_BYTES + 1)),
    ),
    max_size=6,
)


def wire(frames: list[tuple[Kind, int, object, bytes]]) -> bytes:
    return b"".join(buffer for frame in frames for buffer in pack(*frame))


def shown(frames: list[Frame]) -> list[tuple[Kind, int, object, bytes]]:
    return [(frame.kind, frame.slot, frame.value(), frame.body) for frame in frames]


@given(frames=FRAMES, seed=st.integers(0, 2**16))
def test_any_segmentation_gives_the_same_frames(frames: list[tuple[Kind, int, object, bytes]], seed: int) -> None:
    data = wire(frames)
    chance, reader, found, position = random.Random(seed), FrameReader(), list[Frame](), 0
    while position < len(data):
        size_bytes = chance.choice([1, 2, 17, 50, 70_000])
        found += reader.feed(data[position : position + size_bytes])
        position += size_bytes
    assert shown(found) == frames


@given(frames=FRAMES)
def test_a_blocking_reader_finds_them_too(frames: list[tuple[Kind, int, object, bytes]]) -> None:
    file = io.BytesIO(wire(frames))
    assert shown([frame for _ in frames if (frame := read_frame(file))]) == frames
    assert read_frame(file) is None


@given(data=st.binary(min_size=1, max_size=200))
def test_arbitrary_bytes_are_frames_or_an_error(data: bytes) -> None:
    """Nothing but FrameError is raised, and what is taken for a frame says the same when it is packed again."""
    try:
        frames = FrameReader().feed(data)
    except FrameError:
        return
    for frame in frames:
        header = struct.pack("<BIIQ", frame.kind, frame.slot, len(frame.meta), len(frame.body))
        assert header + frame.meta + frame.body in data


@pytest.mark.parametrize(
    "header",
    [(0, 0, 0, 0), (99, 0, 0, 0), (Kind.OUTCOME, 0, 2**31, 0), (Kind.OUTCOME, 0, 0, 2**63)],
    ids=["no kind", "unknown kind", "long meta", "long body"],
)
def test_a_header_out_of_bounds_is_refused_at_once(header: tuple[int, int, int, int]) -> None:
    with pytest.raises(FrameError, match="no frame has the header"):
        FrameReader().feed(struct.pack("<BIIQ", *header))


def test_meta_that_is_not_json_is_refused() -> None:
    [frame] = FrameReader().feed(struct.pack("<BIIQ", Kind.OUTCOME, 1, 3, 0) + b"{a}")
    with pytest.raises(FrameError, match="OUTCOME frame is not JSON"):
        frame.value()


@pytest.mark.parametrize("size_bytes", [5, 17, 20])
def test_a_file_that_ends_within_a_frame_is_refused(size_bytes: int) -> None:
    data = wire([(Kind.CALL, 1, ["meta"], b"body")])
    with pytest.raises(FrameError, match="ended within a frame"):
        read_frame(io.BytesIO(data[:size_bytes]))


def test_a_large_body_is_not_copied() -> None:
    large = b"x" * (MAX_JOINED_BYTES + 1)
    buffers = pack(Kind.CALL, 1, ["meta"], large)
    assert buffers[1] is large
    small = pack(Kind.CANCEL, 2)
    together = joined([*small, *small, *buffers, *small])
    assert together[1] is large
    assert together[0] == small[0] * 2 + buffers[0]
    assert together[2:] == small


def test_a_large_body_comes_together_without_being_copied_for_each_piece() -> None:
    """One piece per byte: a reader that joined what it has at each piece would take minutes."""
    body = b"x" * 200_000
    reader, found = FrameReader(), list[Frame]()
    data = wire([(Kind.OUTCOME, 1, None, body)])
    for position in range(len(data)):
        found += reader.feed(data[position : position + 1])
    assert [frame.body for frame in found] == [body]
