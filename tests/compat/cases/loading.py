"""How the entry script is found, imported and called."""

from __future__ import annotations

from pathlib import Path

from tests.compat import deviations
from tests.compat.case import Case, Group, Setup, get, post

SCRIPTS = Path(__file__).parents[1] / "scripts"
SIBLING = 'NAME = "the sibling"\n'
NUM = (Case("POST", post('{"num": 5}')), Case("missing", post("{}")), Case("swagger", get("?num=1")))
ONE = (Case("POST", post("x")),)
TWICE = (*ONE, Case("again", post("x")), Case("once more", post("x")))

GROUPS = (
    Group("loading / sibling in the root", Setup("sibling.py", files={"sibling_module.py": SIBLING}), ONE),
    Group(
        "loading / source directory",
        Setup(
            "sibling.py",
            files={"source/sibling_module.py": SIBLING},
            environment={"AZUREML_SOURCE_DIRECTORY": "source"},
        ),
        ONE,
    ),
    Group(
        "loading / application root",
        Setup(
            "sibling.py",
            place="app/score.py",
            entry="app/score.py",
            files={"app/sibling_module.py": SIBLING},
            environment={"AML_APP_ROOT": "app"},
        ),
        ONE,
    ),
    Group(
        "loading / driver module",
        Setup("driver.py", files={"driver_module.py": (SCRIPTS / "driver_inner.py").read_text()}),
        NUM,
        lines=(r"Found driver script at .*/score\.py and the score script at .*/driver_module\.py",),
    ),
    Group("loading / azure names", Setup("imports.py"), ONE),
    Group("loading / plain import", Setup("plain_import.py"), ONE, deviation=deviations.PLAIN_IMPORT),
    Group("loading / rawhttp elsewhere", Setup("any_rawhttp.py"), ONE),
    Group("loading / known module", Setup("dataclass_script.py"), ONE, deviation=deviations.KNOWN_MODULE),
    Group("loading / wrapped run", Setup("wrapped_run.py"), (*ONE, Case("GET", get("?a=1")))),
    Group("loading / methods", Setup("callable_run.py"), ONE),
    Group("loading / state", Setup("state.py"), TWICE),
    Group("loading / main thread", Setup("main_thread.py"), TWICE),
)
