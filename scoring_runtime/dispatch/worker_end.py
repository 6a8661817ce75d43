"""The worker's end of the link: frames in, which a thread of its own reads, and calls for the runners' threads.

reader thread: frames -> CallQueue      runners' threads: run()      writer thread: outcomes -> frames

The front process says that a worker may go by closing the connection: in the midst of calls, at once.
"""

from __future__ import annotations

import io
import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

from scoring_runtime.dispatch.call_queue import CallQueue
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.dispatch.frames import Frame, Kind, read_frame
from scoring_runtime.dispatch.outcome_parts import plain_text
from scoring_runtime.dispatch.outcome_writer import EXIT_LINK_LOST, OutcomeWriter
from scoring_runtime.dispatch.remote_call import Packed, RemoteCall, Unpack, Unpacking
from scoring_runtime.dispatch.start_times import StartTimes
from scoring_runtime.dispatch.thread_runner import ThreadRunner
from scoring_runtime.json_text import dump_json
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

READ_BYTES = 64 * 1024


class WorkerEnd:
    """Made of the two descriptors that the worker was given; `set_up` is what the front process told it first."""

    def __init__(self, connection_fd: int, starts_fd: int) -> None:
        for fd in (connection_fd, starts_fd):
            os.set_inheritable(fd, False)  # the script's own children must not keep the connection open
        self._connection = socket.socket(fileno=connection_fd)
        self._file = io.BufferedReader(socket.SocketIO(self._connection, "r"), READ_BYTES)
        self._starts = StartTimes(starts_fd)
        os.close(starts_fd)
        self._writer = OutcomeWriter(self._connection)
        self._queue = CallQueue()
        self._calls: dict[int, RemoteCall] = {}
        self._begun_calls = 0
        self._is_serving = False
        first = read_frame(self._file)
        if first is None or first.kind is not Kind.SETUP:
            os._exit(EXIT_LINK_LOST)
        self.set_up = first.value()
        self._writer.start()
        threading.Thread(target=self._read, name="call-reader", daemon=True).start()

    def fail(self, message: str, details: str) -> None:
        """Tells why this worker cannot serve."""
        self._writer.tell(Kind.FAILED, [plain_text(message), plain_text(details)])
        self._writer.finish()

    def serve(
        self,
        executions: list[Execution],
        unpack: Unpack,
        facts: Any,
        batch_wait_s: float = 0.0,
        before_idle: Callable[[], object] = lambda: None,
    ) -> None:
        """Runs calls, on this thread and more if there are more `executions`, until the front process is done."""
        runners = []
        for execution in executions:
            execution.merging = merging = Unpacking(execution.merging, unpack)
            runners.append(ThreadRunner(self._queue, execution, self._writer.deliver, batch_wait_s))
        self._is_serving = True
        self._writer.tell(Kind.READY, merging.limit, dump_json(facts))
        for number, runner in enumerate(runners[1:], start=2):
            threading.Thread(target=runner.work, name=f"runner-{number}", daemon=True).start()
        runners[0].work(before_idle)
        self._writer.finish()

    def _read(self) -> None:
        """On the reader's thread."""
        try:
            while self._read_next():
                pass
        except OSError:
            os._exit(EXIT_LINK_LOST)
        except Exception as error:  # without this thread the worker is of no use
            logger.error("Encountered Exception: %s", format_traceback(error))
            os._exit(EXIT_LINK_LOST)
        if not self._is_serving or self._begun_calls != self._writer.ended_calls:
            os._exit(EXIT_LINK_LOST)
        self._queue.stop()

    def _read_next(self) -> bool:
        """Takes one frame, of which nothing is kept while waiting for the next; False at the end."""
        frame = read_frame(self._file)
        if frame is not None:
            self._take(frame)
        return frame is not None

    def _take(self, frame: Frame) -> None:
        if frame.kind is Kind.CALL:
            request_id, submitted_s, expires_s, meta = frame.value()
            packed = Packed(meta, frame.body, frame.slot, self._starts)
            call = RemoteCall(frame.slot, packed, self._starts, request_id, (submitted_s, expires_s))
            self._calls[frame.slot] = call
            self._begun_calls += 1
            self._queue.put(call)
        elif frame.kind is Kind.CANCEL:
            self._calls[frame.slot].abandoned = True
        elif frame.kind is Kind.RECALL:
            if (call := self._calls[frame.slot]).packed.recall():
                call.abandoned = True  # it is still in the queue here
                self._writer.give_back(call)
        elif frame.kind is Kind.CREDIT:
            self._writer.credit(frame.slot, frame.value())
        elif frame.kind is Kind.CLOSE:
            self._writer.close_stream(frame.slot)
