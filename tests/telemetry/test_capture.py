"""Capture as the event loop sees it: never waits, loses only what it counts, and goes on by itself."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from scoring_runtime.errors import SettingsError
from scoring_runtime.telemetry.capture import RETRY_S, Capture, used_share
from scoring_runtime.telemetry.capture_file import CaptureFile
from tests.telemetry.exchanges import exchange

LIMIT_BYTES = 1024 * 1024
WAIT_S = 30.0


class Stage:
    """A capture whose disk, disk use and clock a test moves, one request at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.use = 0.5
        self.now_s = 0.0
        self.error: OSError | None = None
        self.settled = threading.Semaphore(0)
        file = CaptureFile(str(folder), LIMIT_BYTES, self.write)
        self.capture = Capture(
            str(folder), 100, LIMIT_BYTES, file=file, disk_use=lambda path: self.use, clock_s=lambda: self.now_s
        )

    def write(self, file: int, data: memoryview) -> int:
        if self.error is not None:
            raise self.error
        return os.write(file, data)

    def send(self, name: str) -> None:
        """A request; returns when it was written or dropped."""
        before = len(self.names()) + self.capture.dropped_records
        self.capture(exchange(request_id=name))
        deadline_s = time.monotonic() + WAIT_S
        while len(self.names()) + self.capture.dropped_records == before:
            assert time.monotonic() < deadline_s

    def names(self) -> list[str]:
        return [record["request_id"] for record in records(self.folder)]


def records(folder: Path) -> list[dict[str, Any]]:
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_bytes().split(b"\n")[:-1]]
    return [json.loads(line) for line in lines]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_the_end_writes_what_waits(tmp_path: Path) -> None:
    capture = Capture(str(tmp_path / "new" / "folder"), 100, LIMIT_BYTES)
    for number in range(1000):
        capture(exchange(request_id=str(number)))
    capture.close(WAIT_S)
    assert [record["request_id"] for record in records(tmp_path / "new" / "folder")] == [*map(str, range(1000))]
    assert capture.dropped_records == 0


@pytest.mark.parametrize(("percent", "least", "most"), [(0, 0, 0), (25, 400, 600), (100, 2000, 2000)])
def test_a_share_is_captured(tmp_path: Path, percent: float, least: int, most: int) -> None:
    capture = Capture(str(tmp_path), percent, 8 * LIMIT_BYTES)
    for _ in range(2000):
        capture(exchange())
    capture.close(WAIT_S)
    assert least <= len(records(tmp_path)) <= most
    assert capture.dropped_records == 0


def test_a_disk_that_fails_loses_what_is_counted_and_is_tried_again(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.send("before")
    stage.error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    stage.send("lost")
    stage.error = None
    stage.send("too early")
    stage.now_s += RETRY_S
    stage.send("after")
    stage.capture.close(WAIT_S)
    assert (stage.names(), stage.capture.dropped_records) == (["before", "after"], 2)
    assert caplog.messages == [
        f"Data capture cannot write to {stage.folder} (No space left on device). Requests missing so far: 1. "
        "Scoring goes on."
    ]


def test_nothing_is_written_from_90_percent_disk_use_until_85(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    for use, name in ((0.90, "a"), (0.91, "b"), (0.87, "c"), (0.85, "d"), (0.89, "e")):
        stage.use = use
        stage.send(name)
    stage.capture.close(WAIT_S)
    assert (stage.names(), stage.capture.dropped_records) == (["a", "d", "e"], 2)
    assert caplog.messages == [f"Data capture has stopped: the disk of {stage.folder} is 91 % full."]


def test_no_file_is_held_open_while_the_disk_is_full(stage: Stage) -> None:
    stage.send("before")
    (path,) = stage.folder.iterdir()
    stage.use = 0.95
    stage.send("lost")
    stage.capture.close(0)
    targets = [os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if _is_open(name)]
    assert str(path) not in targets


def _is_open(name: str) -> bool:
    return os.path.islink(f"/proc/self/fd/{name}")


def test_a_folder_that_is_removed_meanwhile_is_made_anew(stage: Stage) -> None:
    stage.send("before")
    for path in stage.folder.iterdir():
        path.unlink()
    stage.folder.rmdir()
    stage.send("after")
    stage.capture.close(WAIT_S)
    assert stage.names() == ["after"]


def test_a_disk_that_does_not_answer_stops_neither_requests_nor_the_end(tmp_path: Path) -> None:
    is_writing, may_go_on = threading.Event(), threading.Event()

    def write(file: int, data: memoryview) -> int:
        is_writing.set()
        assert may_go_on.wait(WAIT_S)
        return os.write(file, data)

    file = CaptureFile(str(tmp_path), LIMIT_BYTES, write)
    capture = Capture(str(tmp_path), 100, LIMIT_BYTES, file=file, limit_waiting=(10, LIMIT_BYTES))
    capture(exchange())
    assert is_writing.wait(WAIT_S)
    for _ in range(100):
        capture(exchange())
    assert capture.dropped_records == 91
    capture.close(0.01)
    may_go_on.set()


def test_a_record_that_can_never_fit_is_counted(tmp_path: Path) -> None:
    capture = Capture(str(tmp_path), 100, 2000)
    capture(exchange(request_body=b"x" * 3000))
    capture(exchange(request_id="small"))
    capture.close(WAIT_S)
    assert [record["request_id"] for record in records(tmp_path)] == ["small"]
    assert capture.dropped_records == 1


def test_a_folder_that_cannot_be_made_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"^SCORING_CAPTURE_DIR: the folder .*file/folder cannot be made: "):
        Capture(str(tmp_path / "file" / "folder"), 100, LIMIT_BYTES)


def test_the_used_share_is_the_file_systems(tmp_path: Path) -> None:
    assert 0 < used_share(str(tmp_path)) < 1
    with pytest.raises(FileNotFoundError):
        used_share(str(tmp_path / "missing"))
