"""What run() returned, as an answer."""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from werkzeug.wrappers import Response as WerkzeugResponse

from scoring_runtime.authoring import AMLResponse
from scoring_runtime.call import Outcome, Payload
from scoring_runtime.errors import AnswerError, InputError, OverloadError, RunError, ScoringError
from scoring_runtime.http.headers import AnswerHead, header_lines
from scoring_runtime.http.responses import JSON_TYPE, Response, encode, error_response, json_response, respond
from scoring_runtime.request import Headers

FAILED = b"x-ms-run-function-failed"


@pytest.mark.parametrize(
    ("output", "body"),
    [
        pytest.param(None, b"{}", id="None"),
        pytest.param("hé", b'"h\\u00e9"', id="text is quoted"),
        pytest.param('{"a": 1}', b'"{\\"a\\": 1}"', id="JSON text is encoded again"),
        pytest.param({"b": [1, 2.5], "a": None}, b'{"b": [1, 2.5], "a": null}', id="dict"),
        pytest.param([1, "a"], b'[1, "a"]', id="list"),
        pytest.param(("x", 404), b'["x", 404]', id="a tuple is no status"),
        pytest.param(3, b"3", id="int"),
        pytest.param(True, b"true", id="bool"),
        pytest.param(2.0, b"2.0", id="float"),
        pytest.param({1: 1, None: 2, 1.5: 4}, b'{"1": 1, "null": 2, "1.5": 4}', id="keys"),
        pytest.param(np.float64(0.1), b"0.1", id="numpy float64"),
        pytest.param("\ud800", b'"\\ud800"', id="a lone surrogate"),
        pytest.param({}, b"{}", id="empty"),
        pytest.param(10**30, b"1" + b"0" * 30, id="a large integer"),
        pytest.param(float("nan"), b"null", id="NaN"),
        pytest.param(
            {"a": [1.0, float("inf"), {"b": (float("-inf"), float("nan"))}]},
            b'{"a": [1.0, null, {"b": [null, null]}]}',
            id="NaN deep inside",
        ),
        pytest.param({float("nan"): 1, float("inf"): 2}, b'{"NaN": 1, "Infinity": 2}', id="NaN as a key"),
        pytest.param([np.float64("nan")], b"[null]", id="numpy NaN"),
    ],
)
def test_json(output: Any, body: bytes) -> None:
    assert encode(output) == Payload(body)


def looped() -> list[Any]:
    output: list[Any] = []
    output.append(output)
    return output


@pytest.mark.parametrize(
    "output",
    [
        np.int64(1),
        np.array([1]),
        pd.DataFrame({"a": [1]}),
        b"bytes",
        {1, 2},
        datetime.datetime(2020, 1, 1),
        decimal.Decimal(1),
        (number for number in range(3)),
        {"a": object()},
        {(1, 2): 3},
        looped(),
    ],
    ids=lambda output: type(output).__name__,
)
def test_what_json_cannot_hold_is_refused(output: Any) -> None:
    with pytest.raises((TypeError, ValueError, RecursionError)):
        encode(output)


def test_an_aml_response_is_sent_as_it_is() -> None:
    payload = encode(AMLResponse(b"\x00png", 201, {"Content-Type": "image/png", "X-A": "1, 2"}))
    assert (payload.body, payload.status) == (b"\x00png", 201)
    expected = [(FAILED, b"False"), (b"Content-Type", b"image/png"), (b"X-A", b"1"), (b"X-A", b"2")]
    assert payload.headers == expected


def test_a_plain_response_of_the_web_framework_too() -> None:
    payload = encode(WerkzeugResponse("text", 204, {"X-A": "1"}))
    assert payload.status == 204
    assert (b"X-A", b"1") in (payload.headers or [])
    assert FAILED not in dict(payload.headers or [])


@pytest.mark.parametrize("response", [AMLResponse("x", 503), WerkzeugResponse("x", 500)], ids=["AML", "plain"])
def test_from_500_on_the_failed_flag_is_forced(response: Any) -> None:
    assert [value for name, value in encode(response).headers or [] if name == FAILED] == [b"True"]


@pytest.mark.parametrize(("status", "failed"), [(200, True), (499, True), (200, False)])
def test_below_500_the_scripts_own_flag_is_kept(status: int, failed: bool) -> None:
    headers = dict(encode(AMLResponse("x", status, run_function_failed=failed)).headers or [])
    assert headers[FAILED] == str(failed).encode()


def test_framing_is_not_the_scripts_affair() -> None:
    own = {"Content-Length": "999", "Transfer-Encoding": "chunked", "Connection": "close", "Keep-Alive": "x"}
    headers = encode(AMLResponse("x", 200, own)).headers or []
    assert [name for name, _ in headers] == [b"Content-Type", FAILED]


@pytest.mark.parametrize("status", ["418 I'm a teapot", 418])
def test_a_status_with_a_text(status: int | str) -> None:
    assert encode(AMLResponse("x", status)).status == 418


@pytest.mark.parametrize("status", [100, 199, 600, 999])
def test_statuses_that_are_no_answer_are_refused(status: int) -> None:
    with pytest.raises(ValueError, match="invalid status"):
        encode(AMLResponse("x", status))


@pytest.mark.parametrize(("name", "value"), [("a b", "x"), ("", "x"), ("é", "x"), ("a", "x\x00")])
def test_headers_that_would_break_the_answer_are_refused(name: str, value: str) -> None:
    response = AMLResponse("x", 200)
    response.headers.add(name, value)
    with pytest.raises(ValueError, match="invalid header"):
        encode(response)


def test_a_generator_becomes_a_stream() -> None:
    closed: list[bool] = []

    def chunks() -> Iterator[str]:
        yield "hé"
        yield "2"

    response = AMLResponse(chunks(), 200)
    response.call_on_close(lambda: closed.append(True))
    payload = encode(response)
    assert payload.body == b""
    assert payload.stream is not None
    payload.stream.pump()
    assert payload.stream.take() == ["hé".encode(), b"2"]
    assert closed == [True]


def test_a_generator_that_fails_before_its_first_chunk_is_a_failed_run() -> None:
    def chunks() -> Iterator[str]:
        raise KeyError("early")
        yield "never"

    with pytest.raises(RunError):
        encode(AMLResponse(chunks(), 200))


def head(*headers: tuple[bytes, bytes], cors: Headers | None = None) -> AnswerHead:
    return AnswerHead(header_lines(list(headers)), header_lines(cors or []), "id", None)


def test_respond_with_json() -> None:
    response = respond(Outcome(Payload(b"[1]"), run_ms=1.23456), head((b"x-request-id", b"A")))
    assert (response.status, response.body) == (200, b"[1]")
    exec_ms = (b"x-ms-run-fn-exec-ms", b"1.235")
    assert response.headers == [JSON_TYPE, (FAILED, b"False"), exec_ms, (b"x-request-id", b"A")]


def test_the_servers_ids_replace_those_that_the_script_has_set() -> None:
    payload = encode(AMLResponse("x", 200, {"X-Request-Id": "mine", "x-ms-request-id": "mine", "X-Other": "kept"}))
    response = respond(Outcome(payload), head((b"x-request-id", b"A"), (b"x-ms-request-id", b"A")))
    ids = [value for name, value in response.headers if name.lower().endswith(b"request-id")]
    assert ids == [b"A", b"A"]
    assert (b"X-Other", b"kept") in response.headers


def test_the_scripts_own_cors_header_is_the_only_one() -> None:
    payload = encode(AMLResponse("x", 200, {"Access-Control-Allow-Origin": "https://own"}))
    cors = [(b"Access-Control-Allow-Origin", b"https://asked"), (b"Vary", b"Origin")]
    response = respond(Outcome(payload), head(cors=cors))
    origins = [value for name, value in response.headers if name.lower() == b"access-control-allow-origin"]
    assert origins == [b"https://own"]


@pytest.mark.parametrize(
    ("error", "failed"), [(RunError(), b"True"), (InputError("no"), b"False"), (AnswerError("x"), b"False")]
)
def test_errors(error: AnswerError, failed: bytes) -> None:
    response = respond(Outcome(error=error), head((b"x-request-id", b"A")))
    assert response.status == error.status
    assert json.loads(response.body) == {"message": str(error)}
    assert response.headers == [JSON_TYPE, (FAILED, failed), (b"x-request-id", b"A")]


def header_of(response: Response, name: bytes) -> list[bytes]:
    return [value for key, value in response.headers if key == name]


def test_where_the_time_went() -> None:
    outcome = Outcome(Payload(b"[1]"), run_ms=3.25, queue_ms=2.0, encode_ms=1.0006, batch_rows=4, decode_ms=0.5)
    timing = b"decode;dur=0.500, queue;dur=2.000, run;dur=3.250, encode;dur=1.001, batch;desc=4"
    assert header_of(respond(outcome, head(), shows_timing=True), b"Server-Timing") == [timing]
    assert header_of(respond(outcome, head()), b"Server-Timing") == []


def test_where_the_time_of_a_call_went_that_did_not_return() -> None:
    outcome = Outcome(error=RunError(), queue_ms=2.0, decode_ms=0.5)
    response = respond(outcome, head(), shows_timing=True)
    assert header_of(response, b"Server-Timing") == [b"decode;dur=0.500, queue;dur=2.000"]


def test_a_scripts_own_response_says_it_too() -> None:
    outcome = Outcome(encode(AMLResponse("x", 404)), run_ms=1.0, batch_rows=1)
    [timing] = header_of(respond(outcome, head(), shows_timing=True), b"Server-Timing")
    assert timing.endswith(b"run;dur=1.000, encode;dur=0.000, batch;desc=1")


@pytest.mark.parametrize(
    ("error", "body", "failed", "retry_after"),
    [
        pytest.param(ScoringError(404, "no such customer"), {"message": "no such customer"}, b"False", [], id="text"),
        pytest.param(ScoringError(422, {"column": "hé"}), {"column": "hé"}, b"False", [], id="object"),
        pytest.param(ScoringError(422, ["a", 1, None]), ["a", 1, None], b"False", [], id="list"),
        pytest.param(ScoringError(503, "later", 7), {"message": "later"}, b"True", [b"7"], id="come back"),
        pytest.param(ScoringError(500), {"message": ""}, b"True", [], id="nothing said"),
    ],
)
def test_what_a_script_wants_the_client_to_get(
    error: ScoringError, body: Any, failed: bytes, retry_after: list[bytes]
) -> None:
    response = respond(Outcome(error=error), head())
    assert (response.status, json.loads(response.body)) == (error.status, body)
    assert header_of(response, FAILED) == [failed]
    assert header_of(response, b"Retry-After") == retry_after


def test_an_overload_error_says_when_to_come_back() -> None:
    assert (b"Retry-After", b"7") in error_response(OverloadError("full", 7)).headers


def test_json_response() -> None:
    assert json_response(b"{}").headers == [JSON_TYPE, (FAILED, b"False")]
