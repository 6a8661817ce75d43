"""The rotating file: whole lines only, a budget, and disks and folders that misbehave."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from scoring_runtime.telemetry.capture_file import CaptureFile

LIMIT_BYTES = 1024 * 1024
LINE = b'{"a": 1}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Not made yet."""
    return tmp_path / "captured"


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("capture-*.jsonl"))


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in files(folder))


class Disk:
    """Writes up to `room_bytes`, in short writes, and then fails with `error`."""

    def __init__(self, room_bytes: int, error: int = errno.ENOSPC) -> None:
        self.room_bytes = room_bytes
        self.error = error

    def write(self, file: int, data: memoryview) -> int:
        if not self.room_bytes:
            raise OSError(self.error, os.strerror(self.error))
        taken = os.write(file, data[: min(7, self.room_bytes)])
        self.room_bytes -= taken
        return taken


def test_lines_arrive_in_a_file_of_this_user_alone(folder: Path) -> None:
    file = CaptureFile(str(folder), LIMIT_BYTES)
    assert file.append([LINE, b"second\n"]) == (2, None)
    assert file.append([b"third\n"]) == (1, None)
    file.close()
    (path,) = files(folder)
    assert path.read_bytes() == LINE + b"second\nthird\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nothing_is_made_before_there_is_something_to_write(folder: Path) -> None:
    file = CaptureFile(str(folder), LIMIT_BYTES)
    assert file.append([]) == (0, None)
    assert not folder.exists()


def test_files_rotate_and_the_oldest_are_removed(folder: Path) -> None:
    file = CaptureFile(str(folder), 800)
    lines = [b"%098d\n" % number for number in range(100)]
    for line in lines:
        assert file.append([line]) == (1, None)
        assert sum(path.stat().st_size for path in files(folder)) <= 800
    file.close()
    assert len(files(folder)) == 8
    assert content(folder) == b"".join(lines[-8:])


def test_one_batch_that_is_larger_than_a_file_is_spread(folder: Path) -> None:
    lines = [b"%049d\n" % number for number in range(10)]
    file = CaptureFile(str(folder), 800)
    assert file.append(lines) == (10, None)
    file.close()
    assert content(folder) == b"".join(lines)
    assert [path.stat().st_size for path in files(folder)] == [100] * 5


def test_a_line_above_the_file_size_is_alone_and_one_above_the_limit_left_out(folder: Path) -> None:
    large, too_large = b"x" * 499 + b"\n", b"y" * 800 + b"\n"
    file = CaptureFile(str(folder), 800)
    assert file.append([LINE, large, too_large, LINE]) == (3, None)
    file.close()
    assert [path.read_bytes() for path in files(folder)] == [LINE, large, LINE]


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS])
def test_a_write_that_fails_half_way_leaves_whole_lines_and_the_next_goes_on(folder: Path, error: int) -> None:
    disk = Disk(2 * len(LINE) + 5, error)
    file = CaptureFile(str(folder), LIMIT_BYTES, disk.write)
    written, fault = file.append([LINE] * 4)
    assert written == 2
    assert fault is not None
    assert fault.errno == error
    assert content(folder) == 2 * LINE
    written, fault = file.append([LINE])
    assert (written, fault is None) == (0, False)
    disk.room_bytes = 1000
    assert file.append([b"later\n"]) == (1, None)
    file.close()
    assert content(folder) == 2 * LINE + b"later\n"


def test_a_disk_that_takes_nothing_without_an_error_is_full(folder: Path) -> None:
    file = CaptureFile(str(folder), LIMIT_BYTES, lambda file, data: 0)
    written, fault = file.append([LINE])
    assert (written, fault and fault.errno) == (0, errno.ENOSPC)


def test_a_folder_that_was_removed_is_made_anew(folder: Path) -> None:
    file = CaptureFile(str(folder), LIMIT_BYTES)
    file.append([LINE])
    files(folder)[0].unlink()
    folder.rmdir()
    assert file.append([b"later\n"]) == (1, None)
    file.close()
    assert content(folder) == b"later\n"


def test_a_file_that_was_moved_away_is_left_alone(folder: Path) -> None:
    file = CaptureFile(str(folder), LIMIT_BYTES)
    file.append([LINE])
    moved = files(folder)[0].rename(folder / "moved")
    assert file.append([b"later\n"]) == (1, None)
    file.close()
    assert (moved.read_bytes(), content(folder)) == (LINE, b"later\n")


def test_a_folder_that_became_a_link_is_not_written_to(folder: Path, tmp_path: Path) -> None:
    file = CaptureFile(str(folder), LIMIT_BYTES)
    file.append([LINE])
    folder.rename(tmp_path / "moved")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    written, fault = file.append([LINE])
    assert (written, fault is None) == (0, False)
    assert list(elsewhere.iterdir()) == []
    folder.unlink()
    assert file.append([b"later\n"]) == (1, None)
    file.close()
    assert content(folder) == b"later\n"


def test_a_folder_that_is_given_as_a_link_is_followed_once(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    file = CaptureFile(str(tmp_path / "link"), LIMIT_BYTES)
    assert file.append([LINE]) == (1, None)
    file.close()
    assert content(tmp_path / "real") == LINE


def test_links_among_the_files_are_neither_repaired_nor_removed(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"no end of line")
    folder.mkdir()
    link = folder / "capture-20000101T000000.000000-1.jsonl"
    link.symlink_to(target)
    file = CaptureFile(str(folder), 800)
    for number in range(20):
        assert file.append([b"%098d\n" % number]) == (1, None)
    file.close()
    assert (target.read_bytes(), link.is_symlink()) == (b"no end of line", True)


@pytest.mark.parametrize(
    ("left", "repaired"),
    [
        (b"one\ntwo\nthr", b"one\ntwo\n"),
        (b"torn", b""),
        (b"one\n" + b"x" * 200_000, b"one\n"),
        (b"one\n", b"one\n"),
        (b"", b""),
    ],
    ids=["torn", "only torn", "long torn", "whole", "empty"],
)
def test_a_torn_last_line_is_cut_off_when_the_next_file_is_begun(folder: Path, left: bytes, repaired: bytes) -> None:
    folder.mkdir()
    path = folder / "capture-20000101T000000.000000-1.jsonl"
    path.write_bytes(left)
    file = CaptureFile(str(folder), LIMIT_BYTES)
    file.append([LINE])
    file.close()
    assert path.read_bytes() == repaired
    assert content(folder) == repaired + LINE


def test_the_file_of_a_living_server_is_neither_repaired_nor_removed(folder: Path) -> None:
    living = CaptureFile(str(folder), LIMIT_BYTES)
    living.append([b"one\n"])
    (path,) = files(folder)
    with path.open("ab") as tail:
        tail.write(b"being writ")
    other = CaptureFile(str(folder), 80)
    for _ in range(3):
        assert other.append([b"x" * 70 + b"\n"]) == (1, None)
    assert path.read_bytes() == b"one\nbeing writ"
    other.close()
    living.close()


@pytest.fixture
def killed_writer(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that appends batches as fast as it can, and says so once it has begun."""
    code = f"""
        from scoring_runtime.telemetry.capture_file import CaptureFile
        file = CaptureFile({str(folder)!r}, 64 * 1024 * 1024)
        lines = [b"%04d" % number + b"x" * 20_000 + b"y\\n" for number in range(50)]
        file.append(lines)
        print("begun", flush=True)
        while True:
            file.append(lines)
    """
    command = [sys.executable, "-c", dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_what_a_killed_server_has_left_is_whole_lines_after_the_next_start(
    folder: Path, killed_writer: subprocess.Popen[bytes]
) -> None:
    assert killed_writer.stdout is not None
    assert killed_writer.stdout.readline() == b"begun\n"
    killed_writer.kill()
    killed_writer.wait()
    file = CaptureFile(str(folder), 64 * 1024 * 1024)
    assert file.append([LINE]) == (1, None)
    file.close()
    *lines, last = content(folder).splitlines(keepends=True)
    assert last == LINE
    assert len(lines) >= 50
    assert {len(line) for line in lines} == {20_006}
