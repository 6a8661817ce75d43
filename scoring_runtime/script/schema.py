"""What the inference-schema decorators of a run() say: documents for Swagger, and the type of each parameter.

The package keeps documents in a registry of its own, but leaves the parameter types inside the decorators: they are
read from there (wrapt's FunctionWrapper and the closure it holds). Where a release of the package is built
otherwise, nothing is found, and nothing but row merging goes without.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from scoring_runtime import openapi
from scoring_runtime.call import Arguments
from scoring_runtime.script.contract import Contract, Mode

_NUMPY_TYPE = "inference_schema.parameter_types.numpy_parameter_type.NumpyParameterType"

Convert = Callable[[Any], Any]
Documents = tuple[dict[str, Any], dict[str, Any], list[str]]


class SchemaParameter:
    """One `@input_schema(name, type)`; `sample` is the type's sample value.

    `convert` turns a value into what the decorator would make of it; it raises what the type raises.
    """

    def __init__(self, name: str, type: Any, is_converted: bool) -> None:
        self.name = name
        self.type = type
        self.is_converted = is_converted
        self.convert = _converter(type) if is_converted else _as_it_is

    @property
    def sample(self) -> Any:
        return self.type.sample_input


def _as_it_is(value: Any) -> Any:
    return value


def _converter(kind: Any) -> Convert:
    """The conversion of a type; for numpy types with numbers, which check dtype and shape, a quicker one."""

    def convert(value: Any) -> Any:
        return value if isinstance(value, kind.sample_data_type) else kind.deserialize_input(value)

    if f"{type(kind).__module__}.{type(kind).__qualname__}" != _NUMPY_TYPE:
        return convert
    sample = kind.sample_input
    is_plain = sample.dtype.kind in "iuf" and kind.enforce_column_type and kind.enforce_shape
    return _array_converter(sample, convert) if is_plain else convert


def _array_converter(sample: Any, convert: Convert) -> Convert:
    """Makes the array of a list without the type's detour over every row; what does not fit is left to `convert`."""
    dtype, ndim, row_shape = sample.dtype, sample.ndim, sample.shape[1:]
    make = np.array

    def convert_list(value: Any) -> Any:
        if type(value) is list:
            try:
                array = make(value, dtype)
            except (TypeError, ValueError, OverflowError):
                return convert(value)
            if array.ndim == ndim and array.shape[1:] == row_shape:
                return array
        return convert(value)

    return convert_list


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


def _convert_one(name: str, convert: Convert, arguments: Arguments) -> Arguments:
    return {**arguments, name: convert(arguments[name])} if name in arguments else arguments


def argument_converter(parameters: list[SchemaParameter]) -> Callable[[Arguments], Arguments]:
    """Converts the values of `parameters` among arguments, to be compared and joined with those of others."""
    converters = {parameter.name: parameter.convert for parameter in parameters}
    if len(parameters) == 1:
        return partial(_convert_one, parameters[0].name, parameters[0].convert)

    def convert(arguments: Arguments) -> Arguments:
        return {name: converters.get(name, _as_it_is)(value) for name, value in arguments.items()}

    return convert
