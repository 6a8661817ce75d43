"""Tracebacks for the log: the script's frames only, bounded, and never an exception of their own."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

LIMIT_CHARS = 64 * 1024
_OWN_FOLDER = str(Path(__file__).resolve().parents[1])
_IMPORT_MACHINERY = "<frozen importlib"


def _is_ours(filename: str) -> bool:
    return filename.startswith((_OWN_FOLDER, _IMPORT_MACHINERY))


def _first_foreign(tb: TracebackType | None) -> TracebackType | None:
    """Skips the frames of this package (and of the import system) that led to the script's first frame."""
    entry = tb
    while entry is not None and _is_ours(entry.tb_frame.f_code.co_filename):
        entry = entry.tb_next
    return entry


def format_traceback(error: BaseException) -> str:
    """The traceback of `error` from the script's first frame on, at most LIMIT_CHARS long."""
    try:
        tb = _first_foreign(error.__traceback__)
        text = "".join(traceback.format_exception(type(error), error, tb))
    except Exception as broken:  # an exception's own __str__ may raise, and may raise anything
        text = f"{type(error).__name__} (its traceback could not be formatted: {type(broken).__name__})\n"
    if len(text) <= LIMIT_CHARS:
        return text
    half = LIMIT_CHARS // 2
    return f"{text[:half]}\n... {len(text) - LIMIT_CHARS} characters left out ...\n{text[-half:]}"


def one_line(error: BaseException) -> str:
    """`Type: message` in one line, with the script's file and line for a syntax error."""
    try:
        message = " ".join(str(error).split())[:500]
    except Exception:  # see format_traceback
        message = ""
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
