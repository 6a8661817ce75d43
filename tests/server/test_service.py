"""The script made ready to serve: how its calls share a run(), and what its warm-up finds."""

from __future__ import annotations

from typing import Any

import pytest

from scoring_runtime.call import Call
from scoring_runtime.dispatch.merging import ListMerging, RowMerging
from scoring_runtime.errors import ScriptError
from scoring_runtime.server.service import load, warm_up
from scoring_runtime.settings import Settings
from tests.dispatch.calls import shown
from tests.script.application import INIT, Application

BATCHED = f"from scoring_runtime.authoring import batched\n{INIT}"
SCHEMA = f"""
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema
{INIT}
@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))
"""


def settings_of(application: Application, source: str, **given: Any) -> Settings:
    """The settings of a script with this source; `given` are as an operator gives them."""
    application.write("score.py", source)
    return Settings(
        app_root=str(application.root),
        entry_script="score.py",
        origins=dict.fromkeys(given, "command line"),
        **given,
    )


@pytest.mark.parametrize(
    ("decorator", "given", "limit"),
    [
        pytest.param("@batched", {}, 32, id="neither says anything"),
        pytest.param("@batched(max_size=5)", {}, 5, id="the script's"),
        pytest.param("@batched(max_size=5)", {"max_batch_rows": 9}, 5, id="the script knows its bound"),
        pytest.param("@batched(max_size=5)", {"max_batch_rows": 3}, 3, id="the operator may lower it"),
    ],
)
def test_how_many_calls_a_batched_run_gets(
    application: Application, decorator: str, given: dict[str, Any], limit: int
) -> None:
    loaded = load(settings_of(application, f"{BATCHED}{decorator}\ndef run(data): return data\n", **given))
    assert loaded.merging == ListMerging(limit)


def test_a_plain_script_is_never_merged(application: Application) -> None:
    settings = settings_of(application, f"{INIT}def run(data): return data\n", max_batch_rows=8)
    assert load(settings).merging is None


@pytest.mark.parametrize(("given", "is_merged"), [({}, False), ({"max_batch_rows": 8}, True)])
def test_rows_are_merged_where_it_is_asked_for(
    application: Application, given: dict[str, Any], is_merged: bool
) -> None:
    merging = load(settings_of(application, f"{SCHEMA}def run(data): return data.tolist()\n", **given)).merging
    assert isinstance(merging, RowMerging) == is_merged


def test_one_execution_for_each_thread(application: Application) -> None:
    loaded = load(settings_of(application, f"{INIT}def run(data): return data\n"))
    executions = loaded.executions(3)
    assert len(set(executions)) == 3
    assert shown(executions[2].one(Call({"data": 5}, lambda outcome: None))) == b"5"


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(f"{SCHEMA}def run(data): return data.sum()\n", id="the sample is an array"),
        pytest.param(f"{SCHEMA}def run(data, request_headers): return dict(request_headers)\n", id="with headers"),
        pytest.param(f"{SCHEMA}async def run(data): return data.sum()\n", id="a coroutine function"),
        pytest.param(f"{INIT}def run(data): raise ValueError\n", id="no schema"),
        pytest.param(f"{SCHEMA}def run(data, other): raise ValueError\n", id="a parameter without a sample"),
    ],
)
def test_a_warm_up_that_has_nothing_to_say(application: Application, run: str) -> None:
    loaded = load(settings_of(application, run.replace("data.sum()", "float(data.sum())")))
    assert warm_up(loaded) is None  # type: ignore[func-returns-value]  # it raises otherwise


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (
            "def run(data): raise ValueError('wrong model')",
            "run() fails on the sample of its schema: ValueError: wrong",
        ),
        ("def run(data): raise SystemExit(3)", "run() fails on the sample of its schema: SystemExit: 3"),
        ("def run(data): return data", "run() fails on the sample of its schema: TypeError: "),
    ],
    ids=["raises", "exits", "cannot be encoded"],
)
def test_a_warm_up_that_fails(application: Application, run: str, message: str) -> None:
    loaded = load(settings_of(application, f"{SCHEMA}{run}\n"))
    with pytest.raises(ScriptError) as caught:
        warm_up(loaded)
    assert str(caught.value).startswith(message)
    assert "Traceback" in caught.value.details
