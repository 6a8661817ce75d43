"""run()'s signature and decorators: three modes, and what is refused."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import pytest
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

from scoring_runtime.authoring import batched
from scoring_runtime.errors import ScriptError
from scoring_runtime.script.contract import Contract, Mode, Parameter, read_contract

NUMBER = StandardPythonParameterType(1)


def required(name: str) -> Parameter:
    return Parameter(name, is_required=True, default=inspect.Parameter.empty)


DATA = required("data")


def plain(data: Any) -> Any: ...


def with_headers(request_headers: Any, data: Any) -> Any: ...


def with_default(data: Any, count: int = 3) -> Any: ...


def keyword_only(*, data: Any) -> Any: ...


class CallableRun:
    def __call__(self, data: Any) -> Any: ...

    def method(self, data: Any) -> Any: ...


@wraps(plain)
def wrapped(*args: Any, **kwargs: Any) -> Any: ...


@pytest.mark.parametrize(
    ("run", "parameters", "wants_headers"),
    [
        pytest.param(plain, [DATA], False, id="one argument"),
        pytest.param(with_headers, [DATA], True, id="request_headers in any position"),
        pytest.param(with_default, [DATA, Parameter("count", False, 3)], False, id="a default"),
        pytest.param(keyword_only, [DATA], False, id="keyword only"),
        pytest.param(CallableRun(), [DATA], False, id="a callable object"),
        pytest.param(CallableRun().method, [DATA], False, id="a method"),
        pytest.param(wrapped, [DATA], False, id="the wrapped signature counts"),
        pytest.param(partial(with_default, count=1), [DATA, Parameter("count", False, 1)], False, id="a partial"),
    ],
)
def test_parameters(run: Callable[..., Any], parameters: list[Parameter], wants_headers: bool) -> None:
    assert read_contract(run, is_raw=False) == Contract(Mode.STRING, tuple(parameters), wants_headers)


VARIADIC = "run() cannot accept positional-only arguments, *args, or **kwargs."


@pytest.mark.parametrize(
    ("run", "message"),
    [
        pytest.param(lambda *args: None, VARIADIC, id="*args"),
        pytest.param(lambda data, **kwargs: None, VARIADIC, id="**kwargs"),
        pytest.param(lambda data, /: None, VARIADIC, id="positional only"),
        pytest.param(lambda: None, "run() needs to accept an argument for input data.", id="nothing"),
        pytest.param(
            lambda request_headers: None,
            'run() needs to accept an argument other than "request_headers".',
            id="only request_headers",
        ),
    ],
)
@pytest.mark.parametrize("is_raw", [True, False], ids=["raw", "not raw"])
def test_signatures_refused_with_the_originals_words(run: Callable[..., Any], message: str, is_raw: bool) -> None:
    with pytest.raises(ScriptError) as caught:
        read_contract(run, is_raw)
    assert str(caught.value) == message


def two_and_a_default(one: Any, two: Any, three: Any = 0, request_headers: Any = None) -> Any: ...


def other_name(input_data: Any) -> Any: ...


def third(data: Any) -> Any: ...


stacked = input_schema("one", NUMBER)(input_schema("two", NUMBER)(output_schema(NUMBER)(two_and_a_default)))
output_only = output_schema(NUMBER)(third)
wrongly_named = input_schema("data", NUMBER)(other_name)


def test_schema_mode_binds_every_data_parameter_decorated_or_not() -> None:
    expected = (required("one"), required("two"), Parameter("three", False, 0))
    assert read_contract(stacked, is_raw=False) == Contract(Mode.SCHEMA, expected, wants_headers=True)


def test_an_output_schema_alone_is_schema_mode() -> None:
    assert read_contract(output_only, is_raw=False).mode is Mode.SCHEMA


def test_decorated_names_are_not_checked_against_the_signature() -> None:
    assert read_contract(wrongly_named, is_raw=False).parameters == (required("input_data"),)


def test_raw_mode() -> None:
    assert read_contract(with_headers, is_raw=True) == Contract(Mode.RAW, (DATA,), True)


def test_raw_and_schema_together_are_refused() -> None:
    with pytest.raises(ScriptError) as caught:
        read_contract(stacked, is_raw=True)
    assert str(caught.value) == "run() cannot be decorated with both @rawhttp and @input_schema"


def test_a_batched_run_says_how_many_calls_it_takes() -> None:
    @batched(max_size=7)
    def run(data: Any, request_headers: Any) -> Any: ...

    assert read_contract(run, is_raw=False) == Contract(Mode.STRING, (DATA,), True, batch_size=7)
    assert read_contract(run, is_raw=True) == Contract(Mode.RAW, (DATA,), True, batch_size=7)


def test_batched_and_schema_together_are_refused() -> None:
    @batched
    def run(data: Any) -> Any: ...

    with pytest.raises(ScriptError) as caught:
        read_contract(input_schema("data", NUMBER)(run), is_raw=False)
    assert str(caught.value) == (
        "run() cannot be decorated with both @batched and @input_schema: calls of a schema-decorated run() are merged "
        "by rows, with --max-batch-rows."
    )


def test_a_function_that_closes_over_variables_is_not_schema_decorated() -> None:
    model = object()
    assert read_contract(lambda data: model, is_raw=False).mode is Mode.STRING


@pytest.mark.parametrize(
    ("contract", "text"),
    [
        (read_contract(plain, False), "run() is not decorated. Server will invoke it with the input in JSON string."),
        (
            read_contract(plain, True),
            "run() is decorated with @rawhttp. Server will invoke it with the flask request object.",
        ),
        (
            read_contract(stacked, False),
            "run() is decorated with @input_schema. Server will invoke it with the following arguments: "
            "one, two, three.",
        ),
    ],
    ids=["string", "raw", "schema"],
)
def test_describes_itself_as_the_original_does(contract: Contract, text: str) -> None:
    assert contract.describe() == text
