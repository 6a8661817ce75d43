"""Starts that must fail: soon, with the right exit code, one clear line, and only the script's own traceback."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.wrong_starts import CASES, INITS, RIGHT, WrongStart
from tests.process import LOOPBACK, clean_environment, free_port

BOUND_S = 20.0
MODEL_FILES = 250
OWN_FRAME = re.compile(r'File "[^"]*/scoring_runtime/')


def start(case: WrongStart, folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    """Runs the server to its end in `folder`; one that goes on fails the test after BOUND_S."""
    files = dict(case.files) if case.source is None else {"score.py": case.source, **case.files}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    named = [] if case.script is None else [case.script]
    command = [sys.executable, "-m", "scoring_runtime", *named, *case.args]
    environment = clean_environment(case.env)
    if "SERVER_PORT" not in case.env and "SERVER_PORT" not in str(case.files):
        command += ["--port", str(port)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=BOUND_S)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_wrong_start_ends_with_one_clear_line(case: WrongStart, tmp_path: Path) -> None:
    port = free_port()
    ended = start(case, tmp_path, port)
    log = ended.stdout + ended.stderr
    clear = [line for line in log.splitlines() if all(word in line for word in case.words)]
    assert ended.returncode == case.exit_code, log
    assert len(clear) == 1, log
    assert all(trace in log for trace in case.traces), log
    assert OWN_FRAME.search(log) is None, log
    assert bool(case.traces) == ("Traceback" in log or "SyntaxError" in log or "IndentationError" in log), log
    assert not listens(port)


def test_all_wrong_values_are_told_at_once(tmp_path: Path) -> None:
    env = {"SCORING_TIMEOUT_MS": "abc", "WORKER_TIMEOUT": "-1"}
    ended = start(WrongStart("two values", (), env=env), tmp_path, free_port())
    assert ended.returncode == 3
    assert "SCORING_TIMEOUT_MS: expected a whole number of at least 1, got 'abc'" in ended.stdout
    assert "WORKER_TIMEOUT: expected a whole number of at least 0, got '-1'" in ended.stdout


def test_an_error_that_cannot_be_shown_is_still_reported(tmp_path: Path) -> None:
    source = (
        "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\n\n\n"
        "def init():\n    raise Mute\n\n\ndef run(data):\n    return data\n"
    )
    ended = start(WrongStart("mute", (), source), tmp_path, free_port())
    assert ended.returncode == 3
    assert "score.py failed: Mute" in ended.stdout


def test_a_taken_port_ends_the_start_before_the_script_runs(tmp_path: Path) -> None:
    source = 'open("touched", "w").close()\n' + RIGHT
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        ended = start(WrongStart("taken", (), source), tmp_path, port)
    assert ended.returncode == 1
    assert f"Port {port} on 127.0.0.1 is already in use. Stop the process that uses it, or give another" in ended.stdout
    assert not (tmp_path / "touched").exists()


def test_the_model_directory_is_listed_when_init_fails(tmp_path: Path) -> None:
    models = tmp_path / "models"
    (models / "diabetes" / "1").mkdir(parents=True)
    (models / "diabetes" / "1" / "model.pkl").touch()
    (models / "labels.txt").touch()
    ended = start(replace(INITS[0], args=("--model_dir", "models")), tmp_path, free_port())
    lines = [line.partition(" - ")[2] for line in ended.stdout.splitlines()]
    listed = lines[lines.index("Model Directory Contents:") + 1 :]
    assert listed[:5] == [
        "models/",
        "    diabetes/",
        "        1/",
        "            model.pkl",
        "    labels.txt",
    ]


def test_a_large_model_directory_is_listed_in_part(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    for number in range(MODEL_FILES):
        (models / f"{number:03}.bin").touch()
    ended = start(replace(INITS[0], args=("--model_dir", "models")), tmp_path, free_port())
    lines = [line.partition(" - ")[2] for line in ended.stdout.splitlines()]
    end = lines.index("Output Truncated. First 200 lines shown.")
    assert end - lines.index("Model Directory Contents:") - 1 == 200
    assert "    199.bin" not in lines
