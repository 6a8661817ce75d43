"""Appends lines to the current capture file, begins a new one when it is full, and survives what a disk can do.

A write that fails half-way is taken back to the last whole line. Before each write the file must still be the
one that its name stands for: a folder that was removed, renamed or replaced is opened anew, never through a link.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence

from scoring_runtime.telemetry.capture_folder import begin_file, make_room, open_folder, repair

MAX_FILE_BYTES = 64 * 1024 * 1024
_FILES_PER_BUDGET = 8

Write = Callable[[int, memoryview], int]


class CaptureFile:
    """The rotating file of one server in `path`; `limit_bytes` bounds all capture files in there together."""

    def __init__(self, path: str, limit_bytes: int, write: Write = os.write) -> None:
        self._path = os.path.realpath(path)
        self._limit_bytes = limit_bytes
        self._file_limit_bytes = max(1, min(MAX_FILE_BYTES, limit_bytes // _FILES_PER_BUDGET))
        self._write = write
        self._folder = self._file = -1
        self._name = ""
        self._size_bytes = 0

    def append(self, lines: Sequence[bytes]) -> tuple[int, OSError | None]:
        """Write lines until the disk refuses; how many it took, and why not more. One above the limit is left out."""
        written = 0
        try:
            for chunk in self._chunks(lines):
                self._turn_to_file_for(len(chunk))
                before_bytes = self._size_bytes
                try:
                    self._append_chunk(memoryview(chunk))
                finally:
                    written += chunk.count(b"\n", 0, self._size_bytes - before_bytes)
        except OSError as error:
            self.close()
            return written, error
        return written, None

    def close(self) -> None:
        """Let go of the file; the next append begins another."""
        for descriptor in (self._file, self._folder):
            if descriptor >= 0:
                os.close(descriptor)
        self._folder = self._file = -1
        self._size_bytes = 0

    def _chunks(self, lines: Sequence[bytes]) -> Iterator[bytes]:
        """The lines in pieces that each fit a file; a line that is larger than that is a piece of its own."""
        room_bytes = self._file_limit_bytes - self._size_bytes
        chunk: list[bytes] = []
        for line in lines:
            if len(line) > self._limit_bytes:
                continue
            if chunk and len(line) > room_bytes:
                yield b"".join(chunk)
                chunk, room_bytes = [], self._file_limit_bytes
            chunk.append(line)
            room_bytes -= len(line)
        if chunk:
            yield b"".join(chunk)

    def _turn_to_file_for(self, size_bytes: int) -> None:
        is_full = self._size_bytes > 0 and self._size_bytes + size_bytes > self._file_limit_bytes
        if self._file >= 0 and (is_full or not self._is_in_place()):
            self.close()
        if self._file < 0:
            self._folder = open_folder(self._path)
            repair(self._folder)
            self._file, self._name = begin_file(self._folder)
        make_room(self._folder, self._limit_bytes - size_bytes)

    def _is_in_place(self) -> bool:
        try:
            folder = os.lstat(self._path)
            file = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False)
        except OSError:
            return False
        return os.path.samestat(folder, os.fstat(self._folder)) and os.path.samestat(file, os.fstat(self._file))

    def _append_chunk(self, chunk: memoryview) -> None:
        done_bytes = 0
        try:
            while done_bytes < len(chunk):
                taken_bytes = self._write(self._file, chunk[done_bytes:])
                if not taken_bytes:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                done_bytes += taken_bytes
        except OSError:
            done_bytes = bytes(chunk[:done_bytes]).rfind(b"\n") + 1
            os.ftruncate(self._file, self._size_bytes + done_bytes)
            raise
        finally:
            self._size_bytes += done_bytes
