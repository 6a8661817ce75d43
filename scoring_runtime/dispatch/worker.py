"""A worker as the pool sees it: its process and its link as one thing that lives, becomes ready, and ends once.

Whichever comes first tells the end: the connection's or the process's. What the worker had still written before its
process ended is read first, unless another process keeps the connection open.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from time import perf_counter
from typing import Any, Protocol

from scoring_runtime.call import Call
from scoring_runtime.dispatch.frames import FrameError
from scoring_runtime.dispatch.sharing import SILENCE_S, Pace
from scoring_runtime.dispatch.start_times import StartTimes, create_file
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.dispatch.worker_exit import describe_exit, end_word
from scoring_runtime.dispatch.worker_link import Pack, WorkerLink
from scoring_runtime.dispatch.worker_plan import WorkerPlan
from scoring_runtime.dispatch.worker_process import WorkerProcess

# From the end of the connection, or of the process, to that of the other.
LINGER_S = 0.25
# To write stacks to standard error.
STACKS_S = 0.1


class Employer(Protocol):
    """Who is told what happens to a worker. `on_lost` comes once, then `on_exited` once."""

    def on_ready(self, worker: Worker, facts: Any) -> None: ...

    def on_ended(self, worker: Worker, ended: Ended) -> None: ...

    def on_returned(self, calls: list[Call]) -> None: ...

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
        self._fault = ""
        self._exit_code: int | None = None
        self.ready_s: float | None = None
        self.had_calls = False
        self._end_reason: str | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def in_flight(self) -> int:
        return len(self.link.slots)

    def room(self, now_s: float, is_crowded: bool) -> int:
        """How many calls it can take now; `is_crowded` says that others will not be idle soon."""
        room = self.pace.room(self.in_flight, now_s - self.link.heard_s, is_crowded)
        return min(self.link.slots.free, room)

    def send(self, calls: list[Call]) -> None:
        self.had_calls = True
        self.link.send(calls)

    def recall_if_silent(self, now_s: float) -> None:
        """Asks for what waits behind a long call."""
        if self.in_flight > self._plan.threads and now_s - self.link.heard_s > SILENCE_S:
            self.link.recall()

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
        self._end_reason = self._end_reason or reason
        self._process.kill()

    def kill_hanging(self) -> None:
        """Lets it tell where it is, then SIGKILL."""
        self._end_reason = self._end_reason or "hang"
        self._process.show_stacks()
        self._loop.call_later(STACKS_S, self._process.kill)

    def join(self, timeout_s: float) -> bool:
        """Whether the process has ended within `timeout_s`; from any thread."""
        return self._process.join(timeout_s)

    def hang(self, now_s: float) -> str | None:
        """Why it is to be replaced although it lives, if it is."""
        return self.link.hang(now_s, self._plan.timeout_s)

    def reason(self) -> str:
        """Why it ended, in a word: init, hang, signal or exit."""
        return self._end_reason or end_word(self.ready_s is not None, self._exit_code)

    def describe_end(self) -> str:
        """Why it ended, in words."""
        return self._fault or describe_exit(self._exit_code)

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

    def on_returned(self, calls: list[Call]) -> None:
        self._employer.on_returned(calls)

    def on_end(self, fault: str) -> None:
        """The connection is over."""
        if fault:
            self._fault = fault
            self.kill("exit")
        elif not self._has_exited and not self._is_stopping:
            self._loop.call_later(LINGER_S, self._process.kill)
        self._lose()

    async def _connect(self) -> None:
        try:
            await self._loop.create_connection(lambda: self.link, sock=self._socket)
        except OSError as error:
            self._fault = str(error)
            self.kill("init")
            self.link.connection_lost(error)
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
        self._exit_code = code
        self._fault = self._fault or reason
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
