"""One operating-system process: started, kept and reaped by a thread of its own.

That thread lives as long as the process: on Linux the kernel kills a worker whose parent thread has ended, so that no
worker outlives the server. The command is executed anew, never forked from here, and leads a session of its own:
what a terminal sends to its foreground group is for the server alone.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence

# Lets a worker write the stacks of its threads to standard error, also from within native code. One that scripts are
# not likely to use; a worker that has not prepared for it ends.
STACK_SIGNAL = getattr(signal, "SIGRTMAX", signal.SIGUSR2)


class WorkerProcess:
    """`on_exit` is called on the keeper's thread, once, with the exit code, or with None if it could not start."""

    def __init__(self, command: Sequence[str], fds: Sequence[int], on_exit: Callable[[int | None, str], None]) -> None:
        self._command = [*command]
        self._fds = tuple(fds)
        self._on_exit = on_exit
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_unwanted = False
        self._keeper = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, after: Callable[[], object]) -> None:
        """`after` is called on the keeper's thread when the process has its descriptors, or never will."""
        self._after = after
        self._keeper.start()

    def kill(self) -> None:
        """SIGKILL, now or as soon as it is there."""
        self._is_unwanted = True
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM, which ends a worker that is still in init()."""
        self._signal(signal.SIGTERM)

    def show_stacks(self) -> None:
        self._signal(STACK_SIGNAL)

    def join(self, timeout_s: float) -> bool:
        """Whether it has ended within `timeout_s`; from any thread."""
        self._keeper.join(timeout_s)
        return not self._keeper.is_alive()

    def _signal(self, number: signal.Signals) -> None:
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self._process is not None:
                self._process.send_signal(number)

    def _keep(self) -> None:
        code, reason = None, ""
        try:
            with self._lock:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.DEVNULL, pass_fds=self._fds, start_new_session=True
                )
        except OSError as error:
            reason = str(error)
        self._after()
        if self._process is not None:
            if self._is_unwanted:
                self._signal(signal.SIGKILL)
            code = self._process.wait()
        self._on_exit(code, reason)
