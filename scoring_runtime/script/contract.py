"""How run() wants its input: read once from its signature and its decorators, pure but for the schema package.

Three modes: STRING (the body as text), SCHEMA (JSON members as keyword arguments) and RAW (the request itself).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from scoring_runtime.authoring.batched import batch_size
from scoring_runtime.errors import ScriptError

HEADERS_PARAMETER = "request_headers"
_REFUSED_KINDS = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.VAR_KEYWORD,
)


class Mode(Enum):
    STRING = "string"
    SCHEMA = "schema"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of run(); `default` is what it gets when the input does not have it."""

    name: str
    is_required: bool
    default: Any = None


@dataclass(frozen=True, slots=True)
class Contract:
    """`parameters` take data, in order; `wants_headers` says whether run() has a `request_headers` parameter too.

    `batch_size` is the most calls that a @batched run() takes at once, None for any other.
    """

    mode: Mode
    parameters: tuple[Parameter, ...]
    wants_headers: bool
    batch_size: int | None = None

    def describe(self) -> str:
        """The log line of the original server."""
        if self.mode is Mode.RAW:
            return "run() is decorated with @rawhttp. Server will invoke it with the flask request object."
        if self.mode is Mode.SCHEMA:
            names = ", ".join(parameter.name for parameter in self.parameters)
            return (
                f"run() is decorated with @input_schema. Server will invoke it with the following arguments: {names}."
            )
        if self.batch_size is not None:
            return "run() is decorated with @batched. Server will invoke it with a list of inputs."
        return "run() is not decorated. Server will invoke it with the input in JSON string."


def read_contract(run: Callable[..., Any], is_raw: bool) -> Contract:
    """The contract of `run`. Raises ScriptError when it cannot be called with one input by keyword."""
    try:
        parameters = list(inspect.signature(run).parameters.values())
    except (TypeError, ValueError) as error:
        raise ScriptError(f"run() must be a function whose parameters can be read: {error}") from None
    if any(parameter.kind in _REFUSED_KINDS for parameter in parameters):
        raise ScriptError("run() cannot accept positional-only arguments, *args, or **kwargs.")
    if not parameters:
        raise ScriptError("run() needs to accept an argument for input data.")
    data = [parameter for parameter in parameters if parameter.name != HEADERS_PARAMETER]
    if not data:
        raise ScriptError(f'run() needs to accept an argument other than "{HEADERS_PARAMETER}".')
    has_schema = is_schema_decorated(run)
    if is_raw and has_schema:
        raise ScriptError("run() cannot be decorated with both @rawhttp and @input_schema")
    size = batch_size(run)
    if size is not None and has_schema:
        raise ScriptError(
            "run() cannot be decorated with both @batched and @input_schema: calls of a schema-decorated run() are "
            "merged by rows, with --max-batch-rows."
        )
    return Contract(
        mode=Mode.RAW if is_raw else Mode.SCHEMA if has_schema else Mode.STRING,
        parameters=tuple(Parameter(p.name, p.default is inspect.Parameter.empty, p.default) for p in data),
        wants_headers=len(data) < len(parameters),
        batch_size=size,
    )


def is_schema_decorated(run: Callable[..., Any]) -> bool:
    """Whether the inference-schema package knows `run`; it can only if the script has imported that package."""
    schema_util = sys.modules.get("inference_schema.schema_util")
    return schema_util is not None and bool(schema_util.is_schema_decorated(run))
