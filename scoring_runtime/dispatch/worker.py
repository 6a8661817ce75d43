"""A worker as the pool sees it: its process and its link as one thing that lives, becomes ready, and ends once.

Whichever comes first tells the end: the connection's or the process's. What the worker had still written before its
process ended is read first, unless another process keeps the connection open.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

from scoring_runtime.call import Call
from scoring_runtime.dispatch.frames import FrameError
from scoring_runtime.dispatch.sharing import Pace
from scoring_runtime.dispatch.start_times import StartTimes, create_file
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.dispatch.worker_link import Pack, WorkerLink
from scoring_runtime.dispatch.worker_process import WorkerProcess

# From the end of the connection, or of the process, to that of the other.
LINGER_S = 0.25


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """How workers are started: `command` gets three numbers more, `setup` is JSON for the first frame."""

    command: Sequence[str]
    setup: Any
    threads: int = 1
    timeout_s: float = 300.0


class Employer(Protocol):
    """Who is told what happens to a worker. `on_lost` comes once, then `on_exited` once."""

    def on_ready(self, worker: Worker, facts: Any) -> None: ...

    def on_ended(self, worker: Worker, ended: Ended) -> None: ...

    def on_lost(self, worker: Worker) -> None: ...

    def on_exited(self, worker: Worker) -> None: ...


class Worker:
    """Everything on the loop's thread. `failure` is what it said of its own failing start: message and details."""

    def __init__(self, loop: asyncio.AbstractEventLoop, plan: WorkerPlan, pack: Pack, employer: Employer) -> None:
        self._loop = loop
        self._plan = plan
        self._employer = employer
        self._socket, self._child_socket = socket.socketpair()
        self._socket.setblocking(False)
        starts_fd = create_file()
        self._starts = StartTimes(starts_fd)
        self._child_fds = [self._child_socket.detach(), starts_fd]
        self.link = WorkerLink(self, self._starts, pack)
        self.pace = Pace(plan.threads)
        arguments = [*map(str, self._child_fds), str(os.getpid())]
        self._process = WorkerProcess([*plan.command, *arguments], self._child_fds, self._tell_exit)
        self._is_lost = False
        self._has_exited = False
        self._is_stopping = False
        self.failure: tuple[str, str] | None = None
        self.fault = ""
        self.exit_code: int | None = None
        self.ready_s: float | None = None
        self.had_calls = False
        self.end_reason: str | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def is_ready(self) -> bool:
        return self.ready_s is not None and not self._is_lost and not self._is_stopping

    def room(self, now_s: float) -> int:
        """How many calls it can take now."""
        link = self.link
        return min(link.free_slots, self.pace.room(link.in_flight, now_s - link.heard_s))

    def send(self, calls: list[Call]) -> None:
        self.had_calls = True
        self.link.send(calls)

    def start(self) -> None:
        self._connecting = self._loop.create_task(self._connect())
        self._process.start(after=self._close_child_fds)

    def stop(self) -> None:
        """Lets it end by itself, once it has no calls."""
        self._is_stopping = True
        if self.ready_s is None:
            self._process.terminate()
        elif not self._is_lost:
            # Directly, because this must work when the loop has stopped, too; nothing waits to be written now.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    def kill(self, reason: str) -> None:
        """SIGKILL; `reason` is the word under which the loss is counted."""
        if self.end_reason is None:
            self.end_reason = reason
        self._process.kill()

    def join(self, timeout_s: float) -> bool:
        """Whether the process has ended within `timeout_s`; from any thread."""
        return self._process.join(timeout_s)

    def reason(self) -> str:
        """Why it ended, in a word: init, hang, signal or exit."""
        if self.end_reason is not None:
            return self.end_reason
        if self.ready_s is None:
            return "init"
        return "signal" if self.exit_code is not None and self.exit_code < 0 else "exit"

    def describe_end(self) -> str:
        """Why it ended, in words."""
        if self.fault:
            return self.fault
        if self.exit_code is None:
            return "its connection ended"
        if self.exit_code < 0:
            with contextlib.suppress(ValueError):
                return f"it was ended by signal {signal.Signals(-self.exit_code).name}"
        return f"it exited with code {self.exit_code}"

    def on_ready(self, limit: int, facts: Any) -> None:
        if self.ready_s is not None:
            raise FrameError("a worker is ready only once")
        self.pace.limit = limit
        self.ready_s = perf_counter()
        self._employer.on_ready(self, facts)

    def on_failed(self, message: str, details: str) -> None:
        self.failure = (message, details)

    def on_ended(self, ended: Ended) -> None:
        for _, outcome in ended:
            if outcome.run_ms is not None:
                self.pace.add(outcome.run_ms + outcome.decode_ms + outcome.encode_ms)
        self._employer.on_ended(self, ended)

    def on_end(self, fault: str) -> None:
        """The connection is over."""
        if fault:
            self.fault = fault
            self.kill("exit")
        elif not self._has_exited and not self._is_stopping:
            self._loop.call_later(LINGER_S, self._process.kill)
        self._lose()

    async def _connect(self) -> None:
        try:
            await self._loop.create_connection(lambda: self.link, sock=self._socket)
        except OSError as error:
            self.fault = str(error)
            self.kill("init")
        else:
            self.link.set_up(self._plan.setup)

    def _close_child_fds(self) -> None:
        for fd in self._child_fds:
            os.close(fd)

    def _tell_exit(self, code: int | None, reason: str) -> None:
        """On the keeper's thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for it any more
            self._loop.call_soon_threadsafe(self._on_exit, code, reason)

    def _on_exit(self, code: int | None, reason: str) -> None:
        self._has_exited = True
        self.exit_code = code
        self.fault = self.fault or reason
        if self._is_lost:
            self._retire()
        else:
            self._loop.call_later(LINGER_S, self.link.close)

    def _lose(self) -> None:
        self._is_lost = True
        self._employer.on_lost(self)
        if self._has_exited:
            self._retire()

    def _retire(self) -> None:
        self._starts.close()
        self._employer.on_exited(self)
