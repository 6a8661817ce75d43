"""The custom dimensions, as the original server names and writes them."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from scoring_runtime.telemetry.insights_fields import (
    LIMIT_CHARS,
    NOT_TEXT,
    Place,
    duration_text,
    exception_fields,
    model_data_fields,
    model_ids,
    request_fields,
)
from tests.telemetry.exchanges import exchange, with_headers

PLACE = Place("box", "workspace", "service", ["m:1"])


def test_a_request() -> None:
    observed = with_headers((b"x-ms-client-request-id", b"mine"), target=b"/score?x=1")
    assert request_fields(observed, PLACE, logs_response=True) == {
        "Container Id": "box",
        "Request Id": "id-1",
        "Client Request Id": "mine",
        "Response Value": '{"sum": 1}',
        "name": "/score",
        "url": "http://127.0.0.1:5001/score?x=1",
        "start_time": "2026-01-01T00:00:00.250000Z",
        "duration": "00:00:00.010",
        "resultCode": "200",
        "success": True,
        "http_method": "POST",
        "Workspace Name": "workspace",
        "Service Name": "service",
    }


def test_the_response_is_left_out_when_it_is_not_logged() -> None:
    assert "Response Value" not in request_fields(exchange(), PLACE, logs_response=False)


@pytest.mark.parametrize("body", [b"\xff\xd8", None])
def test_a_response_that_is_no_text(body: bytes | None) -> None:
    fields = request_fields(exchange(response_body=body), PLACE, logs_response=True)
    assert fields["Response Value"] == json.dumps(NOT_TEXT)


@pytest.mark.parametrize(("status", "is_success"), [(200, True), (399, True), (400, False), (500, False)])
def test_success(status: int, is_success: bool) -> None:
    assert request_fields(exchange(status=status), PLACE, True)["success"] is is_success


def test_secrets_of_the_query_are_masked() -> None:
    assert "s3cret" not in str(request_fields(exchange(target=b"/score?key=s3cret"), PLACE, True))


def test_long_values_are_cut() -> None:
    long = exchange(response_body="é".encode() * 100_000, request_body=b"[" + b"1," * 50_000)
    assert request_fields(long, PLACE, True)["Response Value"] == "é" * LIMIT_CHARS
    data = model_data_fields(long, PLACE, takes_parameters=False)
    assert all(len(str(value)) <= LIMIT_CHARS for value in data.values())


def test_model_data_of_a_string_script_and_of_one_with_parameters() -> None:
    observed = with_headers((b"x-ms-client-request-id", b"mine"))
    expected = {
        "Container Id": "box",
        "Request Id": "id-1",
        "Client Request Id": "mine",
        "Workspace Name": "workspace",
        "Service Name": "service",
        "Models": '["m:1"]',
        "Input": json.dumps('{"data": [1]}'),
        "Prediction": '{"sum": 1}',
    }
    text = model_data_fields(observed, PLACE, takes_parameters=False)
    assert {name: value for name, value in text.items() if name != "custom_dimensions"} == expected
    assert ast.literal_eval(str(text["custom_dimensions"])) == expected
    assert model_data_fields(observed, PLACE, takes_parameters=True)["Input"] == '{"data": [1]}'
    binary = exchange(request_body=b"\xff")
    assert model_data_fields(binary, PLACE, takes_parameters=False)["Input"] == json.dumps(NOT_TEXT)


def test_an_exception() -> None:
    fields = exception_fields(exchange(), PLACE)
    identity = {"Container Id": "box", "Request Id": "id-1", "Client Request Id": ""}
    assert fields == {**identity, "custom_dimensions": str(identity)}


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (0.9, "00:00:00.000"),
        (6.7, "00:00:00.006"),
        (61_001, "00:01:01.001"),
        (3_600_000, "01:00:00.000"),
        (90_061_234, "1.01:01:01.234"),
    ],
)
def test_durations(duration_ms: float, text: str) -> None:
    assert duration_text(duration_ms) == text


def test_models(tmp_path: Path) -> None:
    for name in ("azureml-models/a/1", "azureml-models/a/10", "azureml-models/b/2", "azureml-models/c/files"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "azureml-models" / "file").write_text("")
    assert model_ids(str(tmp_path / "azureml-models" / "a" / "10")) == ["a:10"]
    assert model_ids(str(tmp_path / "azureml-models" / "b" / "2") + "/") == ["b:2"]
    assert model_ids(str(tmp_path / "azureml-models")) == ["a:1", "a:10", "b:2"]
    assert model_ids(str(tmp_path / "missing")) == []
    assert model_ids(None) == []
