"""The folder of capture files: its budget, and the repair of what a killed server has left.

Each server appends to one file at a time and holds a lock on it, so that others neither repair nor remove it.
The folder is opened without following a link in its last component, and files are named relative to it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

PREFIX, SUFFIX = "capture-", ".jsonl"
_TAIL_BYTES = 64 * 1024
_NO_LINK = os.O_NOFOLLOW | os.O_CLOEXEC


def open_folder(path: str) -> int:
    """A descriptor of the folder, made if it is not there. Raises OSError."""
    os.makedirs(path, mode=0o700, exist_ok=True)
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | _NO_LINK)


def begin_file(folder: int) -> tuple[int, str]:
    """A new, locked file that only this user can read, and its name. Raises OSError."""
    second, microseconds = divmod(time.time_ns() // 1000, 1_000_000)
    moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime(second))
    name = f"{PREFIX}{moment}.{microseconds:06d}-{os.getpid()}{SUFFIX}"
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _NO_LINK, 0o600, dir_fd=folder)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        os.close(file)
        raise
    return file, name


def repair(folder: int) -> int:
    """Cut the unfinished last line off each file that nobody writes; how many files had one."""
    repaired = 0
    for name in capture_names(folder):
        with _unused(folder, name) as file:
            if file is not None:
                repaired += _cut_tail(file)
    return repaired


def make_room(folder: int, limit_bytes: int) -> None:
    """Remove the oldest files that nobody writes until all together have `limit_bytes` at most."""
    sizes_bytes = {name: _size_bytes(folder, name) for name in capture_names(folder)}
    excess_bytes = sum(sizes_bytes.values()) - limit_bytes
    for name, size_bytes in sizes_bytes.items():
        if excess_bytes <= 0:
            return
        with _unused(folder, name) as file:
            if file is not None:
                os.unlink(name, dir_fd=folder)
                excess_bytes -= size_bytes


def capture_names(folder: int) -> list[str]:
    """The capture files in the folder, oldest first."""
    return sorted(name for name in os.listdir(folder) if name.startswith(PREFIX) and name.endswith(SUFFIX))


def _size_bytes(folder: int, name: str) -> int:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_size
    except FileNotFoundError:  # another server has removed it
        return 0


@contextmanager
def _unused(folder: int, name: str) -> Iterator[int | None]:
    """The file, locked; None if it is a link, is gone, or a server writes it."""
    try:
        file = os.open(name, os.O_RDWR | _NO_LINK, dir_fd=folder)
    except OSError:
        yield None
        return
    try:
        yield file if _is_locked_now(file) else None
    finally:
        os.close(file)


def _is_locked_now(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _cut_tail(file: int) -> bool:
    """Truncate after the last line end; whether anything followed it."""
    end = os.fstat(file).st_size
    kept = end
    while kept > 0:
        start = max(0, kept - _TAIL_BYTES)
        newline = os.pread(file, kept - start, start).rfind(b"\n")
        if newline >= 0:
            kept = start + newline + 1
            break
        kept = start
    if kept == end:
        return False
    os.ftruncate(file, kept)
    return True
