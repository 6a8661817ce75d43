"""From a file to a script that can be run, and what is said when that fails."""

from __future__ import annotations

import logging
import pickle
import sys
from pathlib import Path

import pytest

from scoring_runtime.errors import ScriptError
from scoring_runtime.script.contract import Mode
from scoring_runtime.script.loader import ScriptPlace, call_init, load_script
from tests.script.application import INIT, Application

RUN = "def run(data): return data\n"


def refusal(application: Application, source: str) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        application.load(source)
    return caught.value


def test_the_script_is_the_module_entry_module(application: Application) -> None:
    script = application.load(INIT + "def run(data): return [__name__, __file__, data]\n")
    assert script.run(data=1) == ["entry_module", str(application.root / "score.py"), 1]
    assert script.path == str(application.root / "score.py")


def test_a_main_block_does_not_run(application: Application) -> None:
    application.load(INIT + RUN + "if __name__ == '__main__': raise SystemExit\n")


def test_classes_of_the_script_can_be_pickled(application: Application) -> None:
    script = application.load(INIT + "class Model: pass\ndef run(data): return Model()\n")
    model = script.run(data=1)
    assert type(pickle.loads(pickle.dumps(model))) is type(model)


def test_dataclasses_with_future_annotations(application: Application) -> None:
    script = application.load(
        """
        from __future__ import annotations
        from dataclasses import dataclass
        @dataclass
        class Row:
            size: int
        def init(): pass
        def run(data): return Row(data)
        """
    )
    assert script.run(data=3).size == 3


def test_siblings_of_a_script_in_a_folder_of_its_own_can_be_imported(application: Application) -> None:
    application.write("sub/sibling_of_script.py", "value = 'sibling'")
    source = "from sibling_of_script import value\ndef init(): pass\ndef run(data): return value\n"
    assert application.load(source, name="sub/score.py").run(data=1) == "sibling"


def test_sys_path_gets_the_root_then_the_source_directory_then_the_scripts_folder(application: Application) -> None:
    before = sys.path[:]
    application.load(INIT + RUN, name="sub/score.py", source_directory="src")
    root = str(application.root)
    assert sys.path == [*before, root, f"{root}/src", f"{root}/sub"]
    application.load(INIT + RUN, name="sub/score.py", source_directory="src")
    assert len(sys.path) == len(before) + 3


def test_the_source_directory_is_importable(application: Application) -> None:
    application.write("src/module_in_src.py", "value = 'src'")
    source = "from module_in_src import value\ndef init(): pass\ndef run(data): return value\n"
    assert application.load(source, source_directory="src").run(data=1) == "src"


def test_without_a_script_main_py_is_served(application: Application, caplog: pytest.LogCaptureFixture) -> None:
    application.write("main.py", INIT + "def run(data): return __name__\n")
    with caplog.at_level(logging.INFO, "azmlinfsrv"):
        script = load_script(ScriptPlace(str(application.root), None, None))
    assert script.run(data=1) == "main"
    assert caplog.messages[0] == f"Found user script at {application.root}/main.py"


def test_without_a_script_and_main_py(application: Application) -> None:
    application.write("other.py", "")
    with pytest.raises(ScriptError) as caught:
        load_script(ScriptPlace(str(application.root), None, None))
    lines = str(caught.value).split("\n")
    assert lines[0] == "No score script found. Expected score script main.py."
    assert lines[1].startswith("Expected script to be found in PYTHONPATH: [")
    assert lines[2] == "Current contents of AML_APP_ROOT: ['other.py']"


def test_init_of_the_driver_and_run_of_its_driver_module(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    inner = application.write(
        "inner_score.py", "def init(): raise ValueError\ndef run(data, request_headers): return 1\n"
    )
    with caplog.at_level(logging.INFO, "azmlinfsrv"):
        script = application.load("import inner_score as driver_module\ndef init(): pass\n", name="driver.py")
    script.init()
    assert script.run(data=1, request_headers={}) == 1
    assert script.contract.wants_headers
    outer = application.root / "driver.py"
    assert caplog.messages[0] == f"Found driver script at {outer} and the score script at {inner}"


def test_a_driver_module_that_is_no_module_means_nothing(application: Application) -> None:
    assert application.load(INIT + RUN + "driver_module = 'text'\n").run(data=2) == 2


def test_rawhttp_makes_the_mode_raw(application: Application, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "azmlinfsrv"):
        script = application.load(f"from scoring_runtime.authoring import rawhttp\n{INIT}@rawhttp\n{RUN}")
    assert script.contract.mode is Mode.RAW
    assert caplog.messages == [f"Found user script at {script.path}", script.contract.describe()]
    assert application.load(INIT + RUN).contract.mode is Mode.STRING


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(RUN, "User script at {path} does not have a init() function defined.", id="no init"),
        pytest.param(INIT, "User script at {path} does not have a run() function defined.", id="no run"),
        pytest.param(
            INIT + "run = 3\n", "run in the user script at {path} is not a function but int.", id="run is no function"
        ),
        pytest.param(
            "def init(model): pass\n" + RUN,
            "init() in the user script at {path} must not need arguments: it is called with none.",
            id="init needs arguments",
        ),
        pytest.param(
            INIT + "def run(*data): pass\n",
            "run() cannot accept positional-only arguments, *args, or **kwargs.",
            id="contract",
        ),
    ],
)
def test_functions_that_cannot_be_called(application: Application, source: str, message: str) -> None:
    assert str(refusal(application, source)) == message.format(path=application.root / "score.py")


@pytest.mark.parametrize(
    ("source", "error"),
    [
        pytest.param("import no_such_module_anywhere", "ModuleNotFoundError", id="import error"),
        pytest.param("def init(:\n", "SyntaxError", id="syntax error"),
        pytest.param("def init():\nreturn\n", "IndentationError", id="indentation error"),
        pytest.param("raise SystemExit(0)", "SystemExit: 0", id="SystemExit"),
        pytest.param("raise KeyboardInterrupt", "KeyboardInterrupt", id="KeyboardInterrupt"),
        pytest.param("1 / 0", "ZeroDivisionError: division by zero", id="any error"),
    ],
)
def test_a_script_that_fails_at_import_is_shown_with_its_own_frames_only(
    application: Application, source: str, error: str
) -> None:
    failure = refusal(application, source)
    path = application.root / "score.py"
    start = f"Failed to import user script because it raised an unhandled exception: {path}: {error}"
    assert str(failure).startswith(start)
    assert "\n" not in str(failure)
    assert f'File "{path}", line ' in failure.details
    assert "scoring_runtime" not in failure.details
    assert "importlib" not in failure.details
    assert "entry_module" not in sys.modules


def test_a_missing_script(application: Application) -> None:
    with pytest.raises(ScriptError, match=r"^No such file or directory\. .*/none\.py; check --entry_script\.$"):
        load_script(ScriptPlace(str(application.root), "none.py", None))


def test_a_script_without_a_python_suffix(application: Application) -> None:
    application.write("score.txt", INIT + RUN)
    with pytest.raises(ScriptError, match=r"score\.txt is not a Python file: its name must end in \.py"):
        load_script(ScriptPlace(str(application.root), "score.txt", None))


def test_an_absolute_script_wins_over_the_root(application: Application, tmp_path: Path) -> None:
    path = application.write("else/where.py", INIT + RUN)
    assert load_script(ScriptPlace("/nonexistent", str(path), None)).path == str(path)


@pytest.mark.parametrize("error", ["ValueError('no model')", "SystemExit(0)", "KeyboardInterrupt()"])
def test_an_init_that_fails(application: Application, caplog: pytest.LogCaptureFixture, error: str) -> None:
    application.write("models/weights.bin", "")
    script = application.load(f"def init(): raise {error}\n{RUN}")
    with (
        caplog.at_level(logging.INFO, "azmlinfsrv"),
        pytest.raises(ScriptError, match=r"init\(\) of .*score.py failed"),
    ):
        call_init(script, str(application.root / "models"))
    assert caplog.messages[:2] == ["Invoking user's init function", "User's init function failed"]
    assert caplog.messages[2].startswith("Encountered Exception Traceback")
    assert "loader.py" not in caplog.messages[2]
    assert caplog.messages[3:] == ["Model Directory Contents:", "models/", "    weights.bin"]


def test_an_init_that_succeeds(application: Application, caplog: pytest.LogCaptureFixture) -> None:
    script = application.load("def init():\n    global model\n    model = 7\ndef run(data): return model\n")
    with caplog.at_level(logging.INFO, "azmlinfsrv"):
        call_init(script, None)
    assert caplog.messages == ["Invoking user's init function", "Users's init has completed successfully"]
    assert script.run(data=1) == 7
