"""The model directory as an indented tree, for the log when init() fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice

MAX_LINES = 200
INDENT = 4


def tree(folder: str) -> list[str]:
    """One line per entry, sorted; directories end with `/`; at most MAX_LINES lines."""
    lines = list(islice(_lines(folder, 0), MAX_LINES + 1))
    if len(lines) > MAX_LINES:
        lines[MAX_LINES:] = [f"Output Truncated. First {MAX_LINES} lines shown."]
    return lines


def _lines(folder: str, level: int) -> Iterator[str]:
    yield f"{' ' * INDENT * level}{os.path.basename(os.path.abspath(folder))}/"
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield f"{' ' * INDENT * (level + 1)}({error.strerror})"
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _lines(entry.path, level + 1)
        else:
            yield f"{' ' * INDENT * (level + 1)}{entry.name}"
