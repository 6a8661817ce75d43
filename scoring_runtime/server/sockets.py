"""The listening sockets, bound before anything slow happens, so that a taken port is known at once."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import resource
import socket

from scoring_runtime.errors import AddressInUseError, SettingsError

# Waiting connections the kernel keeps; it cuts this to its own limit (net.core.somaxconn).
BACKLOG = 2048
MAX_OPEN_FILES = 65_536


def raise_file_limit() -> None:
    """Lets the process have as many open files, and so connections, as it may, up to a sensible number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # Some systems announce more than they allow.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def listen(host: str, port: int, flag: str = "--port") -> socket.socket:
    """A listening socket. Raises AddressInUseError, or SettingsError for an address that cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"Cannot listen on --host {host!r}: {error}. Give a local address.") from None
    with contextlib.ExitStack() as undo:
        undo.callback(listener.close)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError as error:
            raise _explain(host, port, error, flag) from None
        listener.setblocking(False)
        undo.pop_all()
    return listener


def _explain(host: str, port: int, error: OSError, flag: str) -> AddressInUseError | SettingsError:
    if error.errno == errno.EADDRINUSE:
        return AddressInUseError(
            f"Port {port} on {host} is already in use. Stop the process that uses it, or give another {flag}."
        )
    if error.errno == errno.EACCES:
        return SettingsError(f"Port {port} needs privileges. Give a {flag} above 1023.")
    return SettingsError(f"Cannot listen on {host}, port {port}: {error.strerror}. Check --host and {flag}.")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
