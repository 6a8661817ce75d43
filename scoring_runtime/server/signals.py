"""SIGTERM, SIGINT and SIGHUP reach the event loop through a file descriptor, whatever the main thread is doing.

Python runs signal handlers on the main thread, between two bytecodes: while run() is in native code, not at all. The
interpreter's C-level handler, however, writes the signal's number to the wake-up descriptor at once, and the event
loop, on its own thread, reads it there. The Python-level handler only has to exist; while init() runs it also
interrupts it.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import signal
import socket
from collections.abc import Callable
from types import FrameType

from scoring_runtime.errors import StoppedError
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)

# The C function below, without the wrapper's conversion to an enum: this is called often.
_get_handler = inspect.unwrap(signal.getsignal)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
SIGNALS = (*STOP_SIGNALS, signal.SIGHUP)


class ServerSignals:
    """Created on the main thread; `on_stop` and `on_reload` are called on the loop's thread, once per signal.

    SIGHUP asks for a reload, unless it comes because the terminal of the server has been closed: then it stops it,
    but not under nohup.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, on_stop: Callable[[], None], on_reload: Callable[[], None]
    ) -> None:
        self._on_stop = on_stop
        self._on_reload = on_reload
        # Under nohup it is to be ignored, as far as the terminal sends it.
        self._outlives_terminal = _get_handler(signal.SIGHUP) == signal.SIG_IGN
        self._had_terminal = _has_terminal()
        self._is_interruptible = True
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        for number in SIGNALS:
            signal.signal(number, self._handle)
        self._sender_fd = self._sender.fileno()
        signal.set_wakeup_fd(self._sender_fd, warn_on_full_buffer=False)
        # A child that the script forks inherits handlers and descriptor; a signal sent to it must not reach us.
        os.register_at_fork(before=_block, after_in_parent=_unblock, after_in_child=self._forget)
        loop.call_soon_threadsafe(loop.add_reader, self._receiver.fileno(), self._read)

    def init_done(self) -> None:
        """From now on signals no longer interrupt the main thread."""
        self._is_interruptible = False
        self.restore()

    def restore(self) -> None:
        """Undoes what the script did to our signals, called on the main thread whenever it is idle.

        A handler of its own stays: the wake-up descriptor is written all the same.
        """
        for number in SIGNALS:
            if not callable(_get_handler(number)):
                logger.warning("The script had changed %s; the server minds it all the same.", number.name)
                signal.signal(number, self._handle)
        signal.set_wakeup_fd(self._sender_fd, warn_on_full_buffer=False)

    def _forget(self) -> None:
        """In a forked child: its signals are its own."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGHUP):
            if _get_handler(number) == self._handle:
                signal.signal(number, signal.SIG_DFL)
        if _get_handler(signal.SIGINT) == self._handle:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        _unblock()

    def close(self) -> None:
        """At the very end, when Python's own handlers would come back: a late signal must not change the exit code."""
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        signal.set_wakeup_fd(-1)
        self._receiver.close()
        self._sender.close()

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        if self._is_interruptible and self._is_end(signum):
            self._is_interruptible = False  # once: the way out must not be interrupted
            raise StoppedError

    def _read(self) -> None:
        try:
            numbers = self._receiver.recv(4096)
        except BlockingIOError:
            return
        for number in numbers:
            if number in STOP_SIGNALS:
                self._on_stop()
            elif number == signal.SIGHUP:
                self._on_hangup()

    def _on_hangup(self) -> None:
        if not (self._had_terminal and not _has_terminal()):
            self._on_reload()
        elif not self._outlives_terminal:
            self._on_stop()

    def _is_end(self, number: int) -> bool:
        """Whether the signal is to end the server, as far as the main thread is concerned."""
        if number in STOP_SIGNALS:
            return True
        return self._had_terminal and not self._outlives_terminal and not _has_terminal()


def _has_terminal() -> bool:
    """Whether the process has a controlling terminal that is still there."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _block() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def _unblock() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
