"""A process with a child of its own: found, measured, ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks import processes
from benchmarks.processes import Process

MIB = 1024 * 1024
CHILD = "import sys; held = bytearray(50 * 2**20); print('ready', flush=True); sys.stdin.read()"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """Its child holds 50 MiB and ends with its standard input."""
    command = [sys.executable, "-c", PARENT, CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def test_finds_the_descendants(parent: subprocess.Popen[str]) -> None:
    found = processes.tree(parent.pid)
    assert len(found) == 2
    assert parent.pid in {process.pid for process in found}


def test_adds_the_memory_of_all(parent: subprocess.Popen[str]) -> None:
    (alone,) = [process for process in processes.tree(parent.pid) if process.pid == parent.pid]
    both, one = processes.memory(processes.tree(parent.pid)), processes.memory([alone])
    assert both.rss_bytes - one.rss_bytes > 50 * MIB
    assert one.pss_bytes <= one.rss_bytes


def test_ends_all(parent: subprocess.Popen[str]) -> None:
    processes.kill(processes.tree(parent.pid))
    assert parent.wait() == -9
    assert parent.stdout is not None
    assert parent.stdout.read() == ""


def test_spares_a_process_that_took_the_number_over(parent: subprocess.Popen[str]) -> None:
    processes.kill([Process(parent.pid, started_ticks=0)])
    assert parent.poll() is None
