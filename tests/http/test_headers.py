"""What every answer carries: the id table, its limits, version and trace."""

from __future__ import annotations

import logging
import uuid

import pytest

from scoring_runtime.http.headers import DEPRECATED_ID, AnswerHead, AnswerHeaders, header_lines, headers_of, new_id
from scoring_runtime.request import Headers, Request

OWN, SERVER, CLIENT = b"x-request-id", b"x-ms-request-id", b"x-ms-client-request-id"


def begin(*headers: tuple[bytes, bytes], version: str | None = None) -> AnswerHead:
    return AnswerHeaders(version, None).begin(Request("GET", b"/", b"/", b"", list(headers)))


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ({OWN: b"A"}, {OWN: b"A", SERVER: b"A"}),
        ({OWN: b"A", SERVER: b"B"}, {OWN: b"A", SERVER: b"B", CLIENT: b"B"}),
        ({OWN: b"A", CLIENT: b"C"}, {OWN: b"A", SERVER: b"C", CLIENT: b"C"}),
        ({OWN: b"A", SERVER: b"B", CLIENT: b"C"}, {OWN: b"A", SERVER: b"B", CLIENT: b"C"}),
        ({OWN: b""}, {}),
        ({OWN: b"x" * 100}, {OWN: b"x" * 100, SERVER: b"x" * 100}),
    ],
)
def test_the_table_of_ids(sent: dict[bytes, bytes], answered: dict[bytes, bytes]) -> None:
    head = begin(*sent.items())
    assert headers_of(head.lines) == list(answered.items())
    assert head.request_id == sent[OWN].decode()
    assert head.error is None


@pytest.mark.parametrize(
    ("sent", "shown", "echoed"),
    [
        ({}, None, None),
        ({SERVER: b"B"}, b"B", b"B"),
        ({CLIENT: b"C"}, b"C", b"C"),
        ({SERVER: b"B", CLIENT: b"C"}, b"B", b"C"),
    ],
)
def test_without_an_id_a_new_one_is_made(sent: dict[bytes, bytes], shown: bytes | None, echoed: bytes | None) -> None:
    head = begin(*sent.items())
    named = dict(headers_of(head.lines))
    assert named[OWN].decode() == head.request_id
    assert uuid.UUID(head.request_id).version == 4
    assert named[SERVER] == (shown or named[OWN])
    assert named.get(CLIENT) == echoed


def test_new_ids_are_random_uuids() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    for each in map(uuid.UUID, ids):
        assert (each.version, each.variant) == (4, uuid.RFC_4122)
    assert all(str(uuid.UUID(each)) == each for each in ids)


def test_an_own_id_that_is_too_long_comes_back_without_any() -> None:
    head = begin((OWN, b"x" * 101), (SERVER, b"B"))
    assert headers_of(head.lines) == []
    assert head.error is not None
    assert (head.error.status, str(head.error)) == (431, "x-request-id must not exceed 100 characters")


@pytest.mark.parametrize("name", [SERVER, CLIENT])
def test_another_id_that_is_too_long_comes_back_with_the_own_one_only(name: bytes) -> None:
    head = begin((OWN, b"A"), (name, b"x" * 101))
    assert headers_of(head.lines) == [(OWN, b"A")]
    assert head.error is not None
    message = "x-ms-request-id and x-ms-client-request-id must not exceed 100 characters"
    assert (head.error.status, str(head.error)) == (431, message)


def test_the_deprecated_id_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "azmlinfsrv"):
        begin((CLIENT, b"C"))
        assert caplog.messages == []
        begin((SERVER, b"B"))
    assert caplog.messages == [DEPRECATED_ID]


@pytest.mark.parametrize(("version", "values"), [("azmlinfsrv/1", [b"azmlinfsrv/1"]), (None, []), ("", [])])
def test_version(version: str | None, values: list[bytes]) -> None:
    head = begin(version=version)
    assert [value for name, value in headers_of(head.lines) if name == b"x-ms-server-version"] == values


def test_trace_id_is_echoed_as_it_is() -> None:
    assert (b"TraceId", b"00-Ab") in headers_of(begin((b"traceid", b"00-Ab")).lines)
    assert b"TraceId" not in dict(headers_of(begin().lines))


@pytest.mark.parametrize("headers", [[], [(b"a", b"b: c")], [(b"a", b""), (b"b", b" x ")]])
def test_lines_and_back(headers: Headers) -> None:
    assert headers_of(header_lines(headers)) == headers
