from __future__ import annotations

import subprocess
import sys

import pytest

import scoring_runtime.authoring
from scoring_runtime.authoring import rawhttp
from scoring_runtime.authoring.rawhttp import decorations


def test_returns_the_very_function_and_counts_it() -> None:
    def run(request: object) -> None: ...

    before = decorations()
    assert rawhttp(run) is run
    assert decorations() == before + 1


def test_any_callable_will_do() -> None:
    before = decorations()
    assert rawhttp(str.upper) is str.upper
    assert decorations() == before + 1


def test_the_package_offers_the_decorator_not_the_module_of_that_name() -> None:
    assert scoring_runtime.authoring.rawhttp is rawhttp


def test_importing_the_package_leaves_the_web_library_alone() -> None:
    code = (
        "import sys, scoring_runtime.authoring as a; assert 'werkzeug' not in sys.modules; "
        "from scoring_runtime.authoring import AMLRequest, AMLResponse, rawhttp; "
        "assert 'werkzeug' in sys.modules and a.AMLResponse is AMLResponse and callable(rawhttp)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'AMLSocket'"):
        _ = scoring_runtime.authoring.AMLSocket
