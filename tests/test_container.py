"""The Dockerfile, read as data and held to its rules; then its steps done in a fresh virtual environment.

No container engine is needed: the wheel is built from exactly the files that the builder copies, installed
into a new environment (which borrows the packages it depends on from this one), and started with the image's
environment in folders of the image's shape. The health check is the very command of the Dockerfile.
"""

from __future__ import annotations

import fcntl
import json
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.dockerfile import BUILDER, IMAGE, ROOT, arguments_of, health_command, image_environment
from tests.process import ServerProcess, clean_environment

Naming = tuple[tuple[str, ...], dict[str, str]]
MAIN = """
import os

def init():
    global factor
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "factor.txt")) as file:
        factor = int(file.read())

def run(data):
    return {"product": factor * int(data), "root": os.environ["AML_APP_ROOT"], "cwd": os.getcwd()}
"""
GATED_MAIN = """
import fcntl

def init():
    with open("gate") as gate:
        fcntl.flock(gate, fcntl.LOCK_SH)

def run(data):
    return data
"""


def test_bases_are_pinned_slim_images() -> None:
    assert [arguments_of("FROM", stage) for stage in (BUILDER, IMAGE)] == [
        ["python:3.12-slim AS builder"],
        ["python:3.12-slim"],
    ]


def test_last_stage_runs_as_an_unprivileged_user_by_number() -> None:
    assert arguments_of("USER", IMAGE) == ["10001:10001"]
    names = [name for name, _ in IMAGE]
    assert "RUN" not in names[names.index("USER") :]


def test_last_stage_has_no_build_tools() -> None:
    commands = " ".join(arguments_of("RUN", IMAGE))
    assert not re.search(r"\b(apt|apt-get|apk|pip|gcc|make|cargo|curl|wget|git)\b", commands)
    assert arguments_of("COPY", IMAGE) == ["--from=builder /opt/venv /opt/venv"]
    assert arguments_of("ADD", BUILDER + IMAGE) == []


def test_no_secret_is_taken_or_kept() -> None:
    given = arguments_of("ARG", BUILDER + IMAGE) + list(image_environment())
    assert arguments_of("ARG", BUILDER + IMAGE) == ['EXTRAS=""']
    assert not [name for name in given if re.search("KEY|SECRET|TOKEN|PASSW|CREDENTIAL", name.upper())]


def test_image_declares_what_an_engine_asks_for() -> None:
    assert arguments_of("ENTRYPOINT", IMAGE) == ['["python", "-m", "scoring_runtime"]']
    assert arguments_of("CMD", IMAGE) == []
    assert arguments_of("STOPSIGNAL", IMAGE) == ["SIGTERM"]
    assert arguments_of("WORKDIR", IMAGE) == ["/var/azureml-app"]
    environment = image_environment()
    assert arguments_of("EXPOSE", IMAGE) == [environment["SERVER_PORT"]] == ["5001"]
    assert environment["SERVER_HOST"] == "0.0.0.0"
    assert environment["AML_APP_ROOT"] == "/var/azureml-app"
    assert environment["AZUREML_MODEL_DIR"] == "/var/azureml-model"
    assert environment["PYTHONUNBUFFERED"] == "1"
    labels = shlex.split(" ".join(arguments_of("LABEL", IMAGE)))
    assert labels
    assert all(label.startswith("org.opencontainers.image.") for label in labels)


def test_health_check_needs_nothing_but_python() -> None:
    python, flag, code = health_command()
    assert (python, flag) == ("python", "-c")
    compile(code, "HEALTHCHECK", "exec")


def test_dockerignore_lets_through_just_what_the_builder_copies() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    copied = [source for arguments in arguments_of("COPY", BUILDER) for source in arguments.split()[:-1]]
    assert lines[0] == "*"
    assert sorted(line[1:] for line in lines if line.startswith("!")) == sorted(copied)


@pytest.fixture(scope="module")
def image_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment made as the builder makes it, the dependencies lent by this one."""
    folder = tmp_path_factory.mktemp("image")
    copy_sources(folder / "src")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [*pip, "wheel", ".", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run(build, cwd=folder / "src", check=True)
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv/bin/python"
    [wheel] = folder.glob("*.whl")
    subprocess.run([*pip, "--python", str(python), "install", "--no-deps", str(wheel)], check=True)
    [packages] = folder.glob("venv/lib/python*/site-packages")
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "lent.pth").write_text("\n".join(lent))
    return python


def copy_sources(folder: Path) -> None:
    """Do the builder's COPY instructions into `folder`."""
    folder.mkdir()
    for name in [name for arguments in arguments_of("COPY", BUILDER) for name in arguments.split()[:-1]]:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A /var with the two conventional folders, a script and a model in them."""
    for name in ("azureml-app", "azureml-model"):
        (tmp_path / name).mkdir()
    (tmp_path / "azureml-app/main.py").write_text(MAIN)
    (tmp_path / "azureml-app/score.py").write_text(MAIN.replace("product", "other"))
    (tmp_path / "azureml-model/factor.txt").write_text("7")
    return tmp_path


def started(python: Path, var: Path, *args: str, wait_for: str = "/health/ready", **env: str) -> ServerProcess:
    """The image's entry point with the image's environment, /var being `var`."""
    [entrypoint] = arguments_of("ENTRYPOINT", IMAGE)
    image = {name: value.replace("/var", str(var)) for name, value in image_environment().items()}
    image["PATH"] = str(python.parent)
    command = [str(python), *json.loads(entrypoint)[1:], *args]
    app = var / "azureml-app"
    return ServerProcess(None, command=command, env={**image, **env}, cwd=app, wait_for=wait_for)


def health_exit_code(python: Path, port: int) -> int:
    """What the engine sees of the HEALTHCHECK command."""
    environment = clean_environment({"PATH": str(python.parent), "SERVER_PORT": str(port)})
    return subprocess.run(health_command(), env=environment, capture_output=True).returncode


def test_wheel_is_what_the_environment_serves_with(image_python: Path) -> None:
    code = "import scoring_runtime; print(scoring_runtime.__file__)"
    shown = subprocess.run([image_python, "-c", code], check=True, capture_output=True, text=True, cwd="/")
    assert Path(shown.stdout).is_relative_to(image_python.parents[1])


def test_main_py_is_served_and_the_health_check_follows_the_server(image_python: Path, var: Path) -> None:
    with started(image_python, var) as server:
        answer = server.request("POST", "/score", "6")
        while_serving = health_exit_code(image_python, server.port)
        stop_code = server.stop()
        when_stopped = health_exit_code(image_python, server.port)
    app = str(var / "azureml-app")
    assert answer.json() == {"product": 42, "root": app, "cwd": app}
    assert (while_serving, stop_code, when_stopped) == (0, 0, 1)


BY_ARGUMENT: Naming = (("score.py",), {})
BY_ENVIRONMENT: Naming = ((), {"AZUREML_ENTRY_SCRIPT": "score.py"})


@pytest.mark.parametrize(("args", "env"), [BY_ARGUMENT, BY_ENVIRONMENT], ids=["argument", "environment"])
def test_another_script_is_named_by_argument_or_environment(
    args: tuple[str, ...], env: dict[str, str], image_python: Path, var: Path
) -> None:
    with started(image_python, var, *args, **env) as server:
        assert server.request("POST", "/score", "6").json()["other"] == 42


def test_health_check_fails_until_init_has_ended(image_python: Path, var: Path) -> None:
    (var / "azureml-app/main.py").write_text(GATED_MAIN)
    with open(var / "azureml-app/gate", "w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        with started(image_python, var, wait_for="/health/live") as server:
            in_init = health_exit_code(image_python, server.port)
            fcntl.flock(gate, fcntl.LOCK_UN)
            server.wait_until_ok("/health/ready")
            assert (in_init, health_exit_code(image_python, server.port)) == (1, 0)
