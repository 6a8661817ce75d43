"""What a reload reads again: the script's own files, and none of the installed ones."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import scoring_runtime
from scoring_runtime.errors import ScriptError
from scoring_runtime.script.loader import Script, ScriptPlace, load_script
from scoring_runtime.script.modules import ScriptModules
from scoring_runtime.script.schema import schemas_of
from tests.script.application import INIT, Application

SIBLING = "import helper\ndef init(): pass\ndef run(data): return helper.ANSWER\n"
SCHEMA = """
    from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
    from inference_schema.schema_decorators import input_schema, output_schema
    def init(): pass
    @input_schema("{name}", StandardPythonParameterType(1))
    @output_schema(StandardPythonParameterType(1))
    def run({name}): return {name}
"""


def modules_of(application: Application) -> ScriptModules:
    return ScriptModules(ScriptPlace(str(application.root), "score.py", None).folders())


def rewritten(application: Application, name: str, source: str) -> None:
    """A file that differs in time too: its compiled form is told apart by whole seconds."""
    path = application.write(name, source)
    later_s = path.stat().st_mtime + 10
    os.utime(path, (later_s, later_s))


def load(application: Application) -> Script:
    return load_script(ScriptPlace(str(application.root), "score.py", None))


def test_files_are_read_again(application: Application) -> None:
    application.write("helper.py", "ANSWER = 1\n")
    old = application.load(SIBLING)
    rewritten(application, "helper.py", "ANSWER = 2\n")
    modules_of(application).forget()
    new = load(application)
    assert (old.run(0), new.run(0)) == (1, 2)


def test_a_module_that_is_new_is_found(application: Application) -> None:
    application.load(INIT + "def run(data): pass\n")
    application.write("helper.py", "ANSWER = 3\n")
    rewritten(application, "score.py", SIBLING)
    modules_of(application).forget()
    assert load(application).run(0) == 3


def test_a_module_is_found_also_when_its_folder_looks_unchanged(application: Application) -> None:
    """Folders are cached by their time, whose steps are coarse on some file systems."""
    application.load(INIT + "def run(data): pass\n")
    with pytest.raises(ImportError):
        importlib.import_module("helper")
    before = application.root.stat()
    application.write("helper.py", "ANSWER = 3\n")
    rewritten(application, "score.py", SIBLING)
    os.utime(application.root, ns=(before.st_atime_ns, before.st_mtime_ns))
    modules_of(application).forget()
    assert load(application).run(0) == 3


def test_packages_too(application: Application) -> None:
    application.write("parts/__init__.py", "")
    application.write("parts/helper.py", "ANSWER = 1\n")
    source = "from parts import helper\n" + INIT + "def run(data): return helper.ANSWER\n"
    application.load(source)
    rewritten(application, "parts/helper.py", "ANSWER = 2\n")
    modules_of(application).forget()
    assert load(application).run(0) == 2


def test_the_old_ones_are_found_again(application: Application) -> None:
    application.write("helper.py", "ANSWER = 1\n")
    application.load(SIBLING)
    before = sys.modules["helper"], sys.modules["entry_module"]
    modules = modules_of(application)
    modules.forget()
    assert "helper" not in sys.modules
    assert "entry_module" not in sys.modules
    rewritten(application, "helper.py", "ANSWER = 2\n")
    importlib.import_module("helper")
    modules.restore()
    assert (sys.modules["helper"], sys.modules["entry_module"]) == before


def test_installed_modules_stay(application: Application) -> None:
    """Also when the application's root is above everything."""
    kept = [json, pytest, scoring_runtime, sys.modules[__name__ if __name__ == "__main__" else "threading"]]
    folders = [str(Path(sys.prefix)), str(Path(scoring_runtime.__file__).parents[1])]
    own = set(sys.modules)
    modules = ScriptModules(folders)
    modules.forget()
    forgotten = own - set(sys.modules)
    modules.restore()
    assert all(module.__name__ not in forgotten for module in kept)
    assert not any(name.split(".")[0] == "scoring_runtime" for name in forgotten)
    assert sys.modules["json"] is json
    assert __name__ in forgotten  # these tests are no installed package


def test_a_schema_may_be_described_again(application: Application) -> None:
    application.load(SCHEMA.format(name="first"))
    rewritten(application, "score.py", SCHEMA.format(name="second"))
    modules_of(application).forget()
    script = load(application)
    document, _, _ = schemas_of(script.run, script.contract)
    assert list(document["properties"]) == ["second"]


def test_a_script_that_has_lost_its_schema_is_not_taken_for_decorated(application: Application) -> None:
    application.load(SCHEMA.format(name="first"))
    rewritten(application, "score.py", INIT + "def run(data): return data\n")
    modules_of(application).forget()
    assert load(application).contract.mode.value == "string"


def test_the_schema_of_the_old_script_comes_back(application: Application) -> None:
    old = application.load(SCHEMA.format(name="first"))
    before: Any = schemas_of(old.run, old.contract)
    rewritten(application, "score.py", SCHEMA.format(name="second") + "    raise ValueError\n")
    modules = modules_of(application)
    modules.forget()
    with pytest.raises(ScriptError):
        load(application)
    modules.restore()
    assert schemas_of(old.run, old.contract) == before
