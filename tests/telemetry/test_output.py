"""A stream whose writers never wait, over real pipes, files and terminals."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from scoring_runtime.telemetry import sink as sink_module
from scoring_runtime.telemetry.output import BoundedWriter

LINE = "x" * 99 + "\n"
NOTICE = re.compile(rb"^(\d+) log lines were dropped because nobody reads the output$", re.MULTILINE)


class Pipe:
    """A real pipe."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()

    def read_now(self) -> bytes:
        """What is in the pipe."""
        os.set_blocking(self.reader, False)
        parts: list[bytes] = []
        while True:
            try:
                part = os.read(self.reader, 1 << 20)
            except BlockingIOError:
                return b"".join(parts)
            if not part:
                return b"".join(parts)
            parts.append(part)

    def close(self) -> None:
        """Close both ends."""
        for fd in (self.reader, self.writer):
            try:
                os.close(fd)
            except OSError:
                assert fd >= 0


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    a_pipe = Pipe()
    yield a_pipe
    a_pipe.close()


def _in_time(action: Callable[[], object]) -> None:
    """Run it in a thread of its own, so that a writer that blocks is a failure and not a test that hangs."""
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    thread.join(30)
    assert not thread.is_alive(), "the caller is blocked"


def _write_lines(out: BoundedWriter, text: str) -> None:
    for _ in range(2_000):
        out.write(f"{text}\n")


def _read_all(out: BoundedWriter, pipe: Pipe) -> bytes:
    """Read and pump until nothing waits."""
    data = pipe.read_now()
    while out.pump():
        data += pipe.read_now()
    return data + pipe.read_now()


def test_text_is_written_at_once(pipe: Pipe) -> None:
    out = BoundedWriter(pipe.writer)
    assert out.write("héllo \udc80\n") == 8
    assert pipe.read_now() == "héllo \\udc80\n".encode()
    assert out.write("") == 0
    assert out.pump() == 0


@pytest.mark.parametrize("has_twin", [True, False])
def test_a_pipe_nobody_reads_blocks_no_caller_and_the_count_is_exact(
    has_twin: bool, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_twin:
        monkeypatch.setattr(sink_module, "_open_twin", lambda fd: None)
    out = BoundedWriter(pipe.writer, limit_bytes=50_000)
    _in_time(lambda: [out.write(f"{number:06d} {LINE}") for number in range(20_000)])
    assert out.waiting_bytes <= 50_000
    assert out.dropped_lines > 15_000
    lines = _read_all(out, pipe).splitlines()
    assert lines[-1] == b"%d log lines were dropped because nobody reads the output" % out.dropped_lines
    assert len(lines) - 1 + out.dropped_lines == 20_000
    assert [int(line[:6]) for line in lines[:-1]] == list(range(len(lines) - 1)), "the first lines, in order"
    out.write("after\n")
    assert pipe.read_now() == b"after\n"


def test_several_gaps_add_up(pipe: Pipe) -> None:
    out = BoundedWriter(pipe.writer, limit_bytes=10_000)
    data = b""
    for _ in range(5):
        for _ in range(2_000):
            out.write(LINE)
        data += _read_all(out, pipe)
    gaps = [int(number) for number in NOTICE.findall(data)]
    assert len(gaps) == 5
    assert sum(gaps) == out.dropped_lines
    assert data.count(LINE.encode()) + out.dropped_lines == 10_000


def test_threads_do_not_tear_lines(pipe: Pipe) -> None:
    out = BoundedWriter(pipe.writer, limit_bytes=100 << 20)
    threads = [threading.Thread(target=_write_lines, args=(out, word * 150)) for word in "abcd"]
    data: list[bytes] = []
    reader = threading.Thread(target=lambda: data.extend(iter(lambda: os.read(pipe.reader, 65536), b"")))
    for thread in (reader, *threads):
        thread.start()
    for thread in threads:
        thread.join(60)
    assert out.drain(60)
    # The reader sees the end of the pipe when the last descriptor of its writing end is closed.
    threads.clear()
    del out, thread
    os.close(pipe.writer)
    reader.join(60)
    lines = b"".join(data).splitlines()
    assert sorted(lines) == sorted([word.encode() * 150 for word in "abcd"] * 2_000)


def test_a_signal_handler_may_write_on_top_of_a_write(pipe: Pipe) -> None:
    out = BoundedWriter(pipe.writer, limit_bytes=20_000)
    fired = 0

    def on_alarm(number: int, frame: FrameType | None) -> None:
        nonlocal fired
        fired += 1
        out.write("from the handler\n")

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    written = 0
    try:
        while fired < 200:
            out.write("from the program\n")
            written += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    data = _read_all(out, pipe)
    lines = [line for line in data.splitlines() if not NOTICE.match(line)]
    assert set(lines) <= {b"from the handler", b"from the program"}
    assert len(lines) + out.dropped_lines == fired + written


def test_an_alarm_that_raises_passes_through(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    out = BoundedWriter(pipe.writer)

    def interrupted(fd: int, data: bytes) -> int:
        raise TimeoutError("the script's own alarm")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", interrupted)
        with pytest.raises(TimeoutError, match="the script's own alarm"):
            out.write("one\n")
    out.write("two\n")
    assert pipe.read_now() == b"one\ntwo\n"


def test_a_reader_that_has_gone_raises_nothing(pipe: Pipe) -> None:
    out = BoundedWriter(pipe.writer)
    os.close(pipe.reader)
    out.write("one\n")
    out.write("two\n")
    out.flush()
    assert out.drain(10)
    assert out.dropped_lines == 2


def test_a_descriptor_closed_before_or_after_raises_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    late = BoundedWriter(writer)
    os.close(writer)
    early = BoundedWriter(writer)
    for out in (late, early):
        out.write("line\n")
        assert not out.isatty()
        assert out.fileno() == writer
        assert out.drain(10)
        assert out.dropped_lines == 1


def test_a_full_disk_raises_nothing() -> None:
    with open("/dev/full", "wb") as full:
        out = BoundedWriter(full.fileno())
        out.write("one\ntwo\n")
        assert out.dropped_lines == 2


def test_drain_waits_for_a_slow_reader(pipe: Pipe) -> None:
    out = BoundedWriter(pipe.writer)
    out.write(LINE * 5_000)
    assert out.waiting_bytes > 0
    sizes: list[int] = []

    def read() -> None:
        while sum(sizes) < 500_000:
            sizes.append(len(os.read(pipe.reader, 4096)))

    reader = threading.Thread(target=read)
    reader.start()
    assert out.drain(60)
    reader.join(60)
    assert sum(sizes) == 500_000


def test_drain_gives_up(pipe: Pipe) -> None:
    out = BoundedWriter(pipe.writer)
    out.write(LINE * 5_000)
    _in_time(lambda: out.drain(0.01))
    assert not out.drain(0)
    assert out.waiting_bytes > 0


def test_flush_tries_once(pipe: Pipe) -> None:
    out = BoundedWriter(pipe.writer)
    out.write(LINE * 2_000)
    waiting_bytes = out.waiting_bytes
    out.flush()
    assert out.waiting_bytes == waiting_bytes
    pipe.read_now()
    out.flush()
    assert out.waiting_bytes < waiting_bytes


def test_print_may_write_to_it(pipe: Pipe) -> None:
    out = BoundedWriter(pipe.writer)
    print("a", 1, file=out, flush=True)
    assert pipe.read_now() == b"a 1\n"


def test_it_is_a_text_stream(pipe: Pipe) -> None:
    out = BoundedWriter(pipe.writer)
    assert isinstance(out, io.TextIOBase)
    assert (out.encoding, out.errors, out.writable(), out.readable()) == (
        "utf-8",
        "backslashreplace",
        True,
        False,
    )
    out.writelines(["a\n", "b\n"])
    assert pipe.read_now() == b"a\nb\n"


def test_a_terminal_is_one() -> None:
    parent, terminal = os.openpty()
    out = BoundedWriter(terminal)
    assert out.isatty()
    out.write("hello\n")
    assert os.read(parent, 100) == b"hello\r\n"
    _in_time(lambda: out.write(LINE * 20_000))
    assert out.dropped_lines + out.waiting_bytes > 0
    os.close(parent)
    os.close(terminal)


_FORK = """
import os, sys, threading
from scoring_runtime.telemetry.output import BoundedWriter

reader, writer = os.pipe()
out = BoundedWriter(writer)
out.write("x" * 999 + chr(10))
while not out.waiting_bytes:
    out.write("x" * 999 + chr(10))

inside, leave = threading.Event(), threading.Event()
class Stuck:
    def try_write(self, waiting):
        inside.set()
        leave.wait()
        return 0
sink, out._sink = out._sink, Stuck()
thread = threading.Thread(target=out.flush)
thread.start()
inside.wait()
child = os.fork()
if child == 0:
    out._sink = sink
    waiting = out.waiting_bytes
    out.write("from the child" + chr(10))
    os._exit(0 if waiting == 0 else 1)
status = os.waitpid(child, 0)[1]
leave.set()
thread.join()
print(status, out.waiting_bytes > 0)
"""


def test_a_forked_child_neither_repeats_lines_nor_hangs_on_a_lock() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FORK], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("0 True\n", "")
