"""Loading a script changes the interpreter: what a test has added to it is taken away again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from inference_schema import schema_util

from tests.script.application import Application


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    """An empty application root; its modules and schemas are forgotten at the end."""
    path = sys.path[:]
    yield Application(tmp_path)
    sys.path[:] = path
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
    for registry in (schema_util.__functions_schema__, schema_util.__versions__):
        for name in [name for name in registry if name.startswith("entry_module.")]:
            del registry[name]
    sys.path_importer_cache.clear()
