"""print() of the script goes to the log, as in the original server.

The hook takes the place of the builtin. What is aimed at standard output becomes one record of
PRINT_LOGGER; what goes to another file, or is caught by contextlib.redirect_stdout, is printed as ever. It
is an object, not a function, because a function bound to a class attribute (`log = print`) would receive
the instance as well.
"""

from __future__ import annotations

import builtins
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any, cast

from scoring_runtime.telemetry.backlog import MAX_LINE_BYTES
from scoring_runtime.telemetry.loggers import PRINT_LOGGER

# Leaves room for the prefix, so that a cut message still is a line that the writer does not cut again.
_KEPT_BYTES = MAX_LINE_BYTES - 1024


class PrintHook:
    """The print() that scripts see."""

    def __init__(self, plain: Callable[..., None], stdout: object) -> None:
        self.plain = plain
        self._stdout = stdout
        self._logger = logging.getLogger(PRINT_LOGGER)
        self._thread = threading.local()

    def __call__(
        self,
        *objects: object,
        sep: str | None = " ",
        end: str | None = "\n",
        file: Any = None,
        flush: bool = False,
    ) -> None:
        """Log what is aimed at standard output (`end` and `flush` mean nothing there), print the rest."""
        target = sys.stdout if file is None else file
        is_stdout = target is self._stdout or target is sys.__stdout__
        # A logging handler that prints would call itself for ever.
        if not is_stdout or getattr(self._thread, "is_logging", False):
            self.plain(*objects, sep=sep, end=end, file=file, flush=flush)
            return
        if sep is not None and not isinstance(sep, str):
            raise TypeError(f"sep must be None or a string, not {type(sep).__name__}")
        message = (" " if sep is None else sep).join(map(str, objects))
        self._thread.is_logging = True
        try:
            self._logger.info(_bounded(message))
        finally:
            self._thread.is_logging = False


def install() -> None:
    """Send print() to the log from now on; what is sys.stdout now is the standard output it stands for."""
    if not isinstance(builtins.print, PrintHook):
        cast(Any, builtins).print = PrintHook(builtins.print, sys.stdout)


def uninstall() -> None:
    """Give print() back."""
    if isinstance(builtins.print, PrintHook):
        cast(Any, builtins).print = builtins.print.plain


def _bounded(message: str) -> str:
    if len(message) <= MAX_LINE_BYTES // 4:
        return message
    head = message[: MAX_LINE_BYTES + 1].encode("utf-8", "replace")
    if len(head) <= MAX_LINE_BYTES:
        return message
    kept = head[:_KEPT_BYTES].decode("utf-8", "ignore")
    return f"{kept} ... ({len(message) - len(kept)} characters cut)"
