"""The parameter types behind the decorators of run()."""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

from scoring_runtime import openapi
from scoring_runtime.script.contract import read_contract
from scoring_runtime.script.schema import SchemaParameter, argument_converter, schema_parameters, schemas_of

ARRAY = NumpyParameterType(np.array([[1.0, 2.0]]))
FRAME = PandasParameterType(pd.DataFrame({"a": [1]}))
NUMBER = StandardPythonParameterType(1)


def two(x: Any, frame: Any, option: Any = 1) -> Any:
    return x


def plain(data: Any) -> Any:
    return data


def output_only(data: Any) -> Any:
    return data


stacked = input_schema("x", ARRAY)(
    input_schema("frame", FRAME)(
        input_schema("option", NUMBER, convert_to_provided_type=False)(output_schema(ARRAY)(two))
    )
)


def test_found_through_stacked_decorators_outermost_first() -> None:
    found = [(parameter.name, parameter.type, parameter.is_converted) for parameter in schema_parameters(stacked)]
    assert found == [("x", ARRAY, True), ("frame", FRAME, True), ("option", NUMBER, False)]
    assert schema_parameters(stacked)[0].sample.tolist() == [[1.0, 2.0]]


def test_none_without_decorators() -> None:
    assert schema_parameters(plain) == []
    assert schema_parameters(output_schema(NUMBER)(output_only)) == []


def test_converts_as_the_decorators_would() -> None:
    arguments = {"x": [[3, 4]], "frame": [{"a": 5}], "option": "as it is", "other": [1]}
    converted = argument_converter(schema_parameters(stacked))(arguments)
    assert converted["x"].dtype == np.float64
    assert converted["x"].tolist() == [[3.0, 4.0]]
    assert converted["frame"].to_dict("list") == {"a": [5]}
    assert (converted["option"], converted["other"]) == ("as it is", [1])
    assert arguments["x"] == [[3, 4]]


def test_what_is_converted_already_or_missing_stays() -> None:
    array = np.array([[9.0, 9.0]])
    assert argument_converter(schema_parameters(stacked))({"x": array})["x"] is array


def test_raises_what_the_type_raises() -> None:
    with pytest.raises(ValueError, match="Invalid input array"):
        argument_converter(schema_parameters(stacked))({"x": [[1, 2, 3]]})


def test_documents_of_the_decorators() -> None:
    input_document, output_document, versions = schemas_of(stacked, read_contract(stacked, is_raw=False))
    assert list(input_document["properties"]) == ["x", "frame", "option"]
    assert output_document["format"] == "numpy.ndarray"
    assert versions == ["2.0", "3.0", "3.1"]


def test_documents_without_decorators() -> None:
    expected = (openapi.UNDECORATED_SCHEMA, openapi.UNDECORATED_SCHEMA, ["2.0", "3.0", "3.1"])
    assert schemas_of(plain, read_contract(plain, is_raw=False)) == expected


NUMBERS: list[Any] = [[[1, 2.5]], [[1, 2], [3, 4]], [], [1, 2], [[1]], [[[1, 2]]], [["1", "2"]], [[None, 1]]]
RAGGED: list[Any] = [[["x", 1]], [[1, [2]]], [[1, 2], [3]]]


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8"])
@pytest.mark.parametrize("value", [*NUMBERS, *RAGGED, {"a": 1}, "text", [[10**30, 1]], [[-1, 300]]], ids=repr)
def test_numbers_are_converted_as_the_package_converts_them(value: Any, dtype: str) -> None:
    kind = NumpyParameterType(np.array([[1, 2]], dtype=dtype))
    parameter = SchemaParameter("data", kind, is_converted=True)
    try:
        expected = kind.deserialize_input(copy.deepcopy(value))
    except Exception as error:
        with pytest.raises(type(error), match=re.escape(str(error))):
            parameter.convert(value)
    else:
        converted = parameter.convert(value)
        assert converted.dtype == expected.dtype
        np.testing.assert_array_equal(converted, expected)
