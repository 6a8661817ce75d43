"""What is written to real pipes, sockets, terminals and files without waiting."""

from __future__ import annotations

import fcntl
import os
import select
import socket

import pytest

from scoring_runtime.telemetry import sink as sink_module
from scoring_runtime.telemetry.sink import Sink


@pytest.fixture(params=["twin", "poll"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "poll":
        monkeypatch.setattr(sink_module, "_open_twin", lambda fd: None)


def _fill(sink: Sink, data: bytearray) -> int:
    written = 0
    while size := sink.try_write(data):
        written += size
    return written


@pytest.mark.usefixtures("_way")
def test_a_full_pipe_takes_nothing_and_does_not_wait() -> None:
    reader, writer = os.pipe()
    sink = Sink(writer)
    written = _fill(sink, bytearray(b"x" * 99 + b"\n") * 100)
    assert written >= 16 * select.PIPE_BUF - 16 * 100, "nearly all of the pipe's room is used"
    assert not sink.wait_writable(0)
    os.read(reader, 1 << 20)
    assert sink.wait_writable(10)
    assert sink.try_write(bytearray(b"again\n")) == 6
    os.close(reader)
    os.close(writer)


@pytest.mark.usefixtures("_way")
def test_the_shared_open_file_stays_blocking() -> None:
    reader, writer = os.pipe()
    _fill(Sink(writer), bytearray(b"line\n"))
    assert not fcntl.fcntl(writer, fcntl.F_GETFL) & os.O_NONBLOCK
    os.close(reader)
    os.close(writer)


@pytest.mark.usefixtures("_way")
def test_a_pipe_gets_whole_lines_up_to_pipe_buf() -> None:
    reader, writer = os.pipe()
    sink = Sink(writer)
    lines = bytearray(b"x" * 999 + b"\n") * 10
    assert sink.try_write(lines) == 4000
    assert sink.try_write(bytearray(b"y" * 9999)) == select.PIPE_BUF
    assert os.read(reader, 1 << 20) == bytes(lines[:4000]) + b"y" * select.PIPE_BUF
    os.close(reader)
    os.close(writer)


@pytest.mark.usefixtures("_way")
def test_a_pipe_without_reader_raises() -> None:
    reader, writer = os.pipe()
    sink = Sink(writer)
    os.close(reader)
    with pytest.raises(BrokenPipeError):
        sink.try_write(bytearray(b"line\n"))
    os.close(writer)


@pytest.mark.usefixtures("_way")
def test_a_terminal_nobody_reads_is_not_waited_for() -> None:
    parent, terminal = os.openpty()
    sink = Sink(terminal)
    assert sink.try_write(bytearray(b"hello\n")) == 6
    assert os.read(parent, 100) == b"hello\r\n"
    assert not fcntl.fcntl(terminal, fcntl.F_GETFL) & os.O_NONBLOCK
    os.close(parent)
    os.close(terminal)


def test_a_full_terminal_takes_nothing() -> None:
    parent, terminal = os.openpty()
    sink = Sink(terminal)
    assert _fill(sink, bytearray(b"x" * 99 + b"\n") * 100) > 0
    os.close(parent)
    os.close(terminal)


def test_a_full_socket_takes_nothing() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sink = Sink(ours.fileno())
        assert _fill(sink, bytearray(b"x" * 99 + b"\n") * 100) > 0
        assert ours.getblocking()


def test_a_file_takes_everything_at_once() -> None:
    read_end = os.memfd_create("log")
    data = bytearray(b"x" * 99 + b"\n") * 10_000
    assert Sink(read_end).try_write(data) == len(data)
    assert os.pread(read_end, len(data) + 1, 0) == data
    os.close(read_end)


def test_a_full_disk_raises() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(OSError, match="No space left"):
        Sink(full).try_write(bytearray(b"line\n"))
    os.close(full)


def test_a_closed_descriptor_raises() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    os.close(writer)
    with pytest.raises(OSError, match="Bad file descriptor"):
        Sink(writer).try_write(bytearray(b"line\n"))


@pytest.mark.usefixtures("_way")
def test_a_reused_number_is_not_written_to() -> None:
    reader, writer = os.pipe()
    sink = Sink(writer)
    other = os.memfd_create("other")
    os.dup2(other, writer)
    assert sink.try_write(bytearray(b"line\n")) == 5
    assert os.read(reader, 100) == b"line\n"
    assert os.pread(other, 100, 0) == b""
    for fd in (reader, writer, other):
        os.close(fd)


@pytest.mark.usefixtures("_way")
def test_its_descriptor_is_closed_with_it() -> None:
    reader, writer = os.pipe()
    sink = Sink(writer)
    os.close(writer)
    del sink
    assert os.read(reader, 100) == b"", "the pipe has no writer left"
    os.close(reader)
