"""Tracebacks for the log: the script's frames only, bounded, and never an exception of their own."""

from __future__ import annotations

import traceback
from pathlib import Path

LIMIT_CHARS = 64 * 1024
_OWN_FOLDER = str(Path(__file__).resolve().parents[1])
_IMPORT_MACHINERY = "<frozen importlib"


def format_traceback(error: BaseException) -> str:
    """The traceback of `error` without this package's frames, at most LIMIT_CHARS long.

    An error that no foreign frame had a part in is one of ours, and is shown whole.
    """
    try:
        described = traceback.TracebackException.from_exception(error)
        _keep_foreign(described, set())
        text = "".join(described.format())
    except Exception as broken:  # an exception's own __str__ may raise, and may raise anything
        text = f"{type(error).__name__} (its traceback could not be formatted: {type(broken).__name__})\n"
    if len(text) <= LIMIT_CHARS:
        return text
    half = LIMIT_CHARS // 2
    return f"{text[:half]}\n... {len(text) - LIMIT_CHARS} characters left out ...\n{text[-half:]}"


def _keep_foreign(described: traceback.TracebackException, seen: set[int]) -> None:
    """Drops our frames from `described` and from the errors that it was raised from or in the handling of."""
    if id(described) in seen:
        return
    seen.add(id(described))
    foreign = [frame for frame in described.stack if not _is_ours(frame.filename)]
    # A SyntaxError's place in the script is not a frame.
    is_in_script = not _is_ours(getattr(described, "filename", None) or _OWN_FOLDER)
    if foreign or is_in_script:
        described.stack = traceback.StackSummary.from_list(foreign)
    for other in (described.__cause__, described.__context__):
        if other is not None:
            _keep_foreign(other, seen)


def _is_ours(filename: str) -> bool:
    return filename.startswith((_OWN_FOLDER, _IMPORT_MACHINERY))


def one_line(error: BaseException) -> str:
    """`Type: message` in one line of bounded length."""
    try:
        message = " ".join(str(error).split())[:500]
    except Exception:  # see format_traceback
        message = ""
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
