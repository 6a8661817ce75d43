"""Listening sockets, and what is said when there is none to be had."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
from typing import Any

import pytest

from scoring_runtime.errors import AddressInUseError, SettingsError
from scoring_runtime.server.sockets import is_loopback, listen
from tests.process import LOOPBACK, free_port


def test_listens_without_blocking_and_accepts_before_anybody_asks() -> None:
    port = free_port()
    with listen(LOOPBACK, port) as listener, socket.create_connection((LOOPBACK, port), timeout=10):
        assert listener.getblocking() is False
        assert listener.getsockname() == (LOOPBACK, port)


def test_a_port_in_use_is_named_with_the_remedy() -> None:
    port = free_port()
    with listen(LOOPBACK, port), pytest.raises(AddressInUseError) as caught:
        listen(LOOPBACK, port)
    message = f"Port {port} on {LOOPBACK} is already in use. Stop the process that uses it, or give another --port."
    assert str(caught.value) == message
    assert caught.value.exit_code == 1


def test_a_port_may_be_taken_again_at_once() -> None:
    port = free_port()
    with listen(LOOPBACK, port) as listener, socket.create_connection((LOOPBACK, port), timeout=10):
        listener.setblocking(True)
        listener.accept()[0].close()
    listen(LOOPBACK, port).close()


def test_ipv6() -> None:
    port = free_port()
    with listen("::1", port) as listener:
        assert listener.family == socket.AF_INET6
        assert listener.getsockname()[:2] == ("::1", port)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "999.1.1.1", "a" * 100, "\udc80"])
def test_a_host_that_cannot_be_resolved(host: str) -> None:
    with pytest.raises(SettingsError, match="Cannot listen on --host") as caught:
        listen(host, free_port())
    assert repr(host) in str(caught.value)


def test_an_address_of_another_machine() -> None:
    with pytest.raises(SettingsError, match=r"Cannot listen on 192\.0\.2\.1, port \d+: .*Check --host and --port"):
        listen("192.0.2.1", free_port())


def test_a_privileged_port(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unprivileged(socket.socket):
        def bind(self, address: Any) -> None:
            raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Unprivileged)
    with pytest.raises(SettingsError, match=r"Port 80 needs privileges. Give a --port above 1023\."):
        listen(LOOPBACK, 80)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("example.com", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [((256, 400), 400), ((256, 1024), 512), ((600, 1024), 600), ((64, 64), 64)],
    ids=["to the hard limit", "to what is sensible", "higher already", "there is no more"],
)
def test_the_limit_of_open_files_is_raised_and_never_lowered(limits: tuple[int, int], expected: int) -> None:
    code = f"""
import resource
from scoring_runtime.server import sockets
sockets.MAX_OPEN_FILES = 512
resource.setrlimit(resource.RLIMIT_NOFILE, {limits})
sockets.raise_file_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == (f"{expected}\n", "")
