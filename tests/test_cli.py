"""The command line as an operator types it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scoring_runtime import __version__
from scoring_runtime.cli import build_parser, canonical, given_flags
from scoring_runtime.errors import UsageError
from scoring_runtime.settings import options
from tests.process import LOOPBACK, clean_environment, free_port
from tests.test_settings import VALUES

WAIT_S = 30


def given(*words: str) -> dict[str, str]:
    return given_flags(build_parser().parse_args(canonical(words)))


def started(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "scoring_runtime", *words],
        env=clean_environment(environ),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
    )


FLAGS = [
    pytest.param(option.name, flag, VALUES[option.parse.__name__][0][0], id=flag)
    for option in options()
    for flag in option.flags
]


@pytest.mark.parametrize(("name", "flag", "text"), FLAGS)
def test_every_flag_in_both_forms(name: str, flag: str, text: str) -> None:
    assert given(flag, text) == given(f"{flag}={text}") == {name: text}


@pytest.mark.parametrize(
    ("prefix", "text", "name"),
    [
        ("--entry", "x.py", "entry_script"),
        ("--mod", "models", "model_dir"),
        ("--po", "1", "port"),
        ("--health", "1", "health_port"),
        ("--worker", "1", "worker_count"),
        ("--appinsights", "key", "app_insights_key"),
        ("--access", "*", "cors_origins"),
        ("--conf", "x.json", "config_file"),
    ],
)
def test_unambiguous_prefixes_of_the_originals_flags(prefix: str, text: str, name: str) -> None:
    assert given(prefix, text) == {name: text}


def test_nothing_is_given_by_default() -> None:
    assert given() == {}


def test_the_originals_hidden_flag_is_accepted() -> None:
    assert given("--rest") == {}
    assert "--rest" not in build_parser().format_help()


def test_the_script_as_an_argument() -> None:
    assert given("score.py", "--port", "7000") == {"entry_script": "score.py", "port": "7000"}


def test_the_script_twice() -> None:
    with pytest.raises(UsageError, match="The entry script is given twice: as an argument and with --entry_script"):
        given("score.py", "--entry_script", "other.py")


def test_help_lists_every_flag_and_exits_0(tmp_path: Path) -> None:
    done = started("--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for option in options():
        for word in (*option.flags[:1], *(option.env if option.flags else ())):
            assert word in done.stdout
    assert all(word in done.stdout for word in ("score.py", "--show-settings", "--version"))


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--no-such-flag"], "unrecognized arguments: --no-such-flag"),
        (["score.py", "other.py"], "unrecognized arguments: other.py"),
        (["--port", "0"], "argument --port: expected a port number from 1 to 65535, got '0'"),
        (["--port", "abc"], "argument --port: expected a port number from 1 to 65535, got 'abc'"),
        (["--port", "70000"], "argument --port: expected a port number from 1 to 65535, got '70000'"),
        (["--port"], "argument --port: expected one argument"),
        (["--worker_count", "0"], "expected a whole number of at least 1, got '0'"),
    ],
    ids=" ".join,
)
def test_usage_errors(words: list[str], fault: str, tmp_path: Path) -> None:
    done = started(*words, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("usage: scoring-runtime")
    assert fault in done.stderr


def test_nothing_to_serve(tmp_path: Path) -> None:
    done = started(cwd=tmp_path)
    assert done.returncode == 1
    assert " azmlinfsrv - Error!\n" in done.stdout
    assert (
        "Either provide an entry_script using --entry_script or provide a path to the configuration file using "
        "--config_file" in done.stdout
    )


def test_version(tmp_path: Path) -> None:
    done = started("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"scoring_runtime {__version__}\n")


@pytest.mark.parametrize("command", [[], ["serve"]], ids=["default", "serve"])
def test_show_settings_masks_the_key(command: list[str], tmp_path: Path) -> None:
    key = "00000000-1111-2222-3333-444444444444"
    words = [*command, "score.py", "--show-settings", "--appinsights_instrumentation_key", key]
    done = started(*words, cwd=tmp_path, SERVER_PORT="7000")
    assert done.returncode == 0
    rows = {line.split()[0]: line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if line}
    assert rows["AZUREML_ENTRY_SCRIPT"].split(maxsplit=1) == [f"{tmp_path}/score.py", "command line: --entry_script"]
    assert rows["SERVER_PORT"].split(maxsplit=1) == ["7000", "environment variable: SERVER_PORT"]
    assert rows["AML_APP_INSIGHTS_KEY"].split()[0] == "***"
    assert key not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("environ", "exit_code", "fault"),
    [
        ({"SCORING_TIMEOUT_MS": "soon"}, 3, "SCORING_TIMEOUT_MS: expected a whole number of at least 1, got 'soon'"),
        ({"WORKER_COUNT": "2", "SCORING_RUNNER": "threads"}, 3, "--runner threads is one process, but 2 workers"),
        ({"SERVER_PORT": "5999", "SCORING_ADMIN_PORT": "5999"}, 3, "--admin-port 5999 is a port of the server."),
        ({"AML_CORS_ORIGINS": "*.b.com"}, 3, "Invalid regular expression in AML_CORS_ORIGINS: '*.b.com'"),
        ({"AZUREML_ENTRY_SCRIPT": "none.py"}, 3, "No such file or directory. There is no entry script at"),
    ],
    ids=["setting", "workers", "admin port", "CORS", "script"],
)
def test_start_errors(environ: dict[str, str], exit_code: int, fault: str, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("def init(): pass\ndef run(data): pass\n")
    done = started(cwd=tmp_path, **{"SERVER_PORT": str(free_port()), **environ})
    assert done.returncode == exit_code
    assert fault in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_port_in_use(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("def init(): pass\ndef run(data): pass\n")
    with socket.socket() as taken:
        taken.bind((LOOPBACK, free_port()))
        taken.listen()
        port = taken.getsockname()[1]
        done = started("--port", str(port), cwd=tmp_path)
    assert done.returncode == 1
    assert f"Port {port} on {LOOPBACK} is already in use." in done.stdout


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def init(:\n", "SyntaxError"),
        ("def init(): raise ValueError('no model')\ndef run(data): pass\n", "ValueError: no model"),
        ("def init(): pass\n", "does not have a run() function defined"),
    ],
    ids=["syntax", "init", "no run"],
)
def test_faults_of_the_script_are_told_without_our_frames(source: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(source)
    done = started("score.py", "--port", str(free_port()), cwd=tmp_path)
    assert done.returncode == 3
    assert fault in done.stdout
    assert "loader.py" not in done.stdout + done.stderr
