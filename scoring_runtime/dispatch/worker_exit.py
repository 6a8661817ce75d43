"""Why a worker process ended, in a word for the metrics and in words for the log."""

from __future__ import annotations

import contextlib
import signal


def end_word(was_ready: bool, exit_code: int | None) -> str:
    """init, signal or exit; `exit_code` is negative after a signal, and None for what could not be started."""
    if not was_ready:
        return "init"
    return "signal" if exit_code is not None and exit_code < 0 else "exit"


def describe_exit(exit_code: int | None) -> str:
    """How a worker ended, as the log says it; None is a connection that ended before the process."""
    if exit_code is None:
        return "its connection ended"
    if exit_code < 0:
        with contextlib.suppress(ValueError):  # a number without a name
            return f"it was ended by signal {signal.Signals(-exit_code).name}"
    return f"it exited with code {exit_code}"
