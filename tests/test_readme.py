"""The README's promises: its commands, its first script, its table of settings and its length."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.process import ServerProcess
from tests.readme import README, code_blocks, with_settings

ROOT = README.parent


def test_the_table_of_settings_is_that_of_the_declarations() -> None:
    text = README.read_text()
    assert with_settings(text) == text, "run `make format`, which rewrites the table"


def test_it_stays_short() -> None:
    assert len(README.read_text().splitlines()) <= 250


def test_links_and_paths_exist() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README.read_text())
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_its_first_script_answers_as_it_says(tmp_path: Path) -> None:
    script, _ = code_blocks("python")
    (tmp_path / "score.py").write_text(script)
    commands = "\n".join(code_blocks("sh"))
    curl = next(line for line in commands.splitlines() if line.startswith("curl"))
    (answer,) = re.findall(r"The answer is `(.+?)`", README.read_text())
    with ServerProcess(tmp_path / "score.py", cwd=tmp_path) as server:
        words = shlex.split(curl.replace(":5001", f":{server.port}"))
        printed = subprocess.run([*words, "--silent"], capture_output=True, text=True, timeout=30, check=True).stdout
    assert json.loads(printed) == json.loads(answer)


def test_its_batched_script_answers_each_call_for_itself(tmp_path: Path) -> None:
    _, script = code_blocks("python")
    (tmp_path / "score.py").write_text(script)
    with ServerProcess(tmp_path / "score.py", cwd=tmp_path) as server:
        answers = [server.request("POST", "/score", body) for body in (b"text", b"")]
    assert [(answer.status, answer.json()) for answer in answers] == [
        (200, "TEXT"),
        (400, {"message": "there is no text"}),
    ]


def test_make_serve_prints_a_curl_line_that_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = ["make", "serve", f"ARGS=--port {port}", f"VENV={sys.prefix}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    try:
        curl = ""
        for line in process.stdout:
            curl = line.strip() if line.strip().startswith("curl") else curl
            if "ready for serving traffic" in line:
                break
        printed = subprocess.run(
            f"{curl} --silent", shell=True, capture_output=True, text=True, timeout=30, check=True
        ).stdout
        assert len(json.loads(printed)) == 2
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.stdout.close()
        process.wait(timeout=30)
