"""What the inference-schema decorators of a run() say: documents for Swagger, and the type of each parameter.

The package keeps documents in a registry of its own, but leaves the parameter types inside the decorators: they are
read from there (wrapt's FunctionWrapper and the closure it holds). Where a release of the package is built
otherwise, nothing is found, and nothing but row merging goes without.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from scoring_runtime import openapi
from scoring_runtime.call import Arguments
from scoring_runtime.script.contract import Contract, Mode

_NUMPY_TYPE = "inference_schema.parameter_types.numpy_parameter_type.NumpyParameterType"

Documents = tuple[dict[str, Any], dict[str, Any], list[str]]


class SchemaParameter:
    """One `@input_schema(name, type)`; `sample` is the type's sample value."""

    def __init__(self, name: str, type: Any, is_converted: bool) -> None:
        self.name = name
        self.type = type
        self.is_converted = is_converted
        self._plain = _plain_sample(type)

    @property
    def sample(self) -> Any:
        return self.type.sample_input

    def convert(self, value: Any) -> Any:
        """`value` as the decorator would convert it; raises what the type raises."""
        if not self.is_converted or isinstance(value, self.type.sample_data_type):
            return value
        if self._plain is not None and (array := _plain_array(self._plain, value)) is not None:
            return array
        return self.type.deserialize_input(value)


def _plain_sample(kind: Any) -> Any:
    """The sample of a numpy type with numbers that checks dtype and shape; None for any other type."""
    if f"{type(kind).__module__}.{type(kind).__qualname__}" != _NUMPY_TYPE:
        return None
    sample = kind.sample_input
    is_plain = sample.dtype.kind in "iuf" and kind.enforce_column_type and kind.enforce_shape
    return sample if is_plain else None


def _plain_array(sample: Any, value: Any) -> Any:
    """The array that such a type makes of a list, without its detour over every row.

    None when the list does not fit: then the type itself says what is wrong.
    """
    if not isinstance(value, list):
        return None
    try:
        array = np.array(value, dtype=sample.dtype)
    except (TypeError, ValueError, OverflowError):
        return None
    return array if array.ndim == sample.ndim and array.shape[1:] == sample.shape[1:] else None


def schemas_of(run: Callable[..., Any], contract: Contract) -> Documents:
    """The input schema, the output schema and the Swagger versions that they can be written in."""
    if contract.mode is not Mode.SCHEMA:
        return openapi.UNDECORATED_SCHEMA, openapi.UNDECORATED_SCHEMA, list(openapi.VERSIONS.values())
    schema_util = sys.modules["inference_schema.schema_util"]
    return (
        schema_util.get_input_schema(run),
        schema_util.get_output_schema(run),
        schema_util.get_supported_versions(run),
    )


def schema_parameters(run: Callable[..., Any]) -> list[SchemaParameter]:
    """The decorated parameters of `run`, outermost decorator first."""
    return [
        SchemaParameter(cells["param_name"], cells["param_type"], bool(cells.get("convert_to_provided_type")))
        for cells in _decorator_cells(run)
        if "param_name" in cells and "param_type" in cells
    ]


def _decorator_cells(run: Any) -> Iterator[dict[str, Any]]:
    """The closed-over variables of each decorator around `run`."""
    while hasattr(run, "__wrapped__"):
        decorator: Any = getattr(run, "_self_wrapper", None)
        if closure := getattr(decorator, "__closure__", None):
            yield dict(zip(decorator.__code__.co_freevars, (cell.cell_contents for cell in closure), strict=True))
        run = run.__wrapped__


def convert_arguments(parameters: list[SchemaParameter], arguments: Arguments) -> Arguments:
    """`arguments` with the values of `parameters` converted, ready to be compared and joined with those of others."""
    converted = dict(arguments)
    for parameter in parameters:
        if parameter.name in converted:
            converted[parameter.name] = parameter.convert(converted[parameter.name])
    return converted
