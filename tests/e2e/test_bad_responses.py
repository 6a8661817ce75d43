"""What run() returns: values that are no JSON, responses that are no HTTP, streams that break or never end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.canary import assert_canary, assert_goes_on
from tests.e2e.connection import Connection, IncompleteAnswerError
from tests.e2e.wrong_request import post
from tests.process import ServerProcess

SCRIPTS = "tests/scripts"
INTERNAL = {"message": "An unexpected internal error occurred. Check the logs for more info."}
REFUSED = [
    *("status 0", "status 99", "status 101", "status 600", "status True", "status of words"),
    *("CRLF in a value", "LF in a value", "NUL in a value", "not latin-1 in a value"),
    *("space in a name", "CRLF in a name", "empty name", "CRLF given to AMLResponse"),
]
RETURNED: dict[str, Any] = {
    "None": {},
    "NaN": None,
    "infinities inside": {"a": [None, 1.5, None], "NaN": 1},
    "float64": 0.5,
    "keys": {"2": 1, "null": 3, "true": 4},
    "tuple": ["x", 404],
    "JSON text": '{"a": 1}',
    "lone surrogate": "\ud800",
}
UNSENDABLE = [
    *("set", "bytes", "datetime", "Decimal", "generator", "coroutine", "object", "ndarray", "int64", "set inside"),
    *("tuple as key", "circular", "deep", "integer of 5,000 digits", "hostile dict"),
]


@pytest.fixture(scope="module")
def returning() -> Iterator[ServerProcess]:
    with ServerProcess(f"{SCRIPTS}/bad_returns.py") as server:
        yield server


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    with ServerProcess(f"{SCRIPTS}/bad_responses.py") as running:
        yield running


@pytest.mark.parametrize("name", REFUSED)
def test_a_response_that_is_not_http_becomes_500(name: str, server: ServerProcess) -> None:
    with Connection(server.port) as connection:
        connection.send(post(name.encode()))
        answer = connection.answer()
        assert answer.status == 500
        assert answer.json()["message"].startswith("An unexpected ")
        assert not any("evil" in text for pair in answer.headers.items() for text in pair)
        assert_canary(connection)
    assert_goes_on(server)


@pytest.mark.parametrize("name", ["wrong length", "own framing"])
def test_framing_is_not_the_scripts(name: str, server: ServerProcess) -> None:
    with Connection(server.port) as connection:
        connection.send(post(name.encode()))
        answer = connection.answer()
        assert (answer.status, answer.body) == (200, b"body")
        assert answer.headers.get_all("Content-Length") == ["4"]
        assert answer.headers["Transfer-Encoding"] is None
        assert answer.headers["Connection"] is None
        assert_canary(connection)


def test_a_response_without_a_message_is_an_empty_object(server: ServerProcess) -> None:
    assert server.request("POST", "/score", "is nothing").json() == {}


@pytest.mark.parametrize(("name", "sent"), [("raises midway", b"012"), ("yields a number", b"one")])
def test_a_stream_that_fails_is_seen_to_be_incomplete(name: str, sent: bytes, server: ServerProcess) -> None:
    with Connection(server.port) as connection:
        connection.send(post(name.encode()))
        with pytest.raises(IncompleteAnswerError) as caught:
            connection.answer()
        assert caught.value.body == sent
    assert_goes_on(server)


def test_a_stream_that_fails_before_its_first_chunk_is_500(server: ServerProcess) -> None:
    """Nothing has been sent yet, so the client can still be told."""
    with Connection(server.port) as connection:
        connection.send(post(b"raises at once"))
        assert connection.answer().status == 500
    assert_goes_on(server)


def test_the_generator_of_a_client_that_has_gone_is_closed() -> None:
    with ServerProcess(f"{SCRIPTS}/bad_endless_stream.py") as server:
        for number in range(1, 4):
            with Connection(server.port) as connection:
                connection.send(post(b"stream"))
                assert len(connection.receive(100_000)) == 100_000
            assert server.request("POST", "/score", b"count").json() == {"closed": number}


@pytest.mark.parametrize("name", UNSENDABLE)
def test_what_cannot_be_sent_is_an_internal_error(name: str, returning: ServerProcess) -> None:
    answer = returning.request("POST", "/score", name)
    assert (answer.status, answer.json()) == (500, INTERNAL)
    assert answer.headers["x-ms-run-function-failed"] == "False"
    assert answer.headers["x-ms-run-fn-exec-ms"] is None
    assert_goes_on(returning)


@pytest.mark.parametrize(("name", "value"), RETURNED.items(), ids=RETURNED)
def test_what_can_be_sent_is_json(name: str, value: Any, returning: ServerProcess) -> None:
    answer = returning.request("POST", "/score", name)
    assert (answer.status, answer.json()) == (200, value)
    assert json.loads(answer.body, parse_constant=pytest.fail) == value
    assert b"Infinity" not in answer.body
