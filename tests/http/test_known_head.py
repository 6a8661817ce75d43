"""A head that has come before is not read again, and nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from typing import Any
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scoring_runtime.http import protocol
from scoring_runtime.http.known_head import MAX_HEAD_BYTES, UNKNOWN, learn
from scoring_runtime.request import Request
from tests.http.connection import GET, MAX_BODY_BYTES, Connection, ManualLoop

POST = b"POST /score HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"
BIG = b"POST /score HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1)
CHUNKED = b"POST /score HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
MESSAGES = [
    POST + b"hello",
    POST + b"world",
    POST + b"\r\n\r\nx",
    POST + b"GET /",
    POST,
    POST.replace(b"5", b"2") + b"hi",
    POST.replace(b"5", b"4") + b"\r\n\r\n",
    POST.replace(b"Content-Length: 5\r\n", b""),
    POST.replace(b"Host", b"Connection: close\r\nHost") + b"hello",
    POST.replace(b"1.1", b"1.0") + b"hello",
    POST.replace(b"1.1\r\n", b"1.0\r\nConnection: keep-alive\r\n") + b"hello",
    POST.replace(b"Host", b"Expect: 100-continue\r\nHost") + b"hello",
    POST.replace(b"Host", b"Connection: upgrade\r\nUpgrade: h2c\r\nHost") + b"hello",
    POST.replace(b"Host: h\r\n", b"") + b"hello",
    POST.replace(b"\r\n", b"\n") + b"hello",
    POST.replace(b"/score", b"/other") + b"hello",
    POST.replace(b"/score", b"/score?x=1") + b"hello",
    BIG + b"x" * (MAX_BODY_BYTES + 1),
    CHUNKED + b"5\r\nhello\r\n0\r\n\r\n",
    CHUNKED + b"5\r\nhello\r\n0\r\nTrailer: 1\r\n\r\n",
    GET,
    GET,
    GET.replace(b"GET", b"HEAD"),
    GET.replace(b"GET", b"G\x00T"),
    b"\r\n",
    b"\n",
    b"hello",
]


@contextmanager
def nothing_known() -> Iterator[None]:
    with mock.patch.object(protocol, "learn", return_value=UNKNOWN):
        yield


def shown(request: Request) -> list[Any]:
    return [getattr(request, name) for name in Request.__slots__ if name != "kept"]


def act(connection: Connection, step: Any) -> None:
    """A segment, or what else may happen to a connection."""
    protocol = connection.protocol
    if isinstance(step, bytes):
        if not connection.transport.is_closed:
            protocol.data_received(step)
    elif step == "answer" and connection.score.is_asked:
        connection.score.answer(connection.score.requests[-1].body)
    elif step == "pause" and not protocol._is_write_paused:
        protocol.pause_writing()
    elif step == "resume" and protocol._is_write_paused:
        protocol.resume_writing()
    elif step == "answer at once":
        connection.score.answers_at_once = True


def history(steps: list[Any]) -> list[Any]:
    """All that can be seen of a connection after each of `steps`."""
    with closing(ManualLoop()) as loop:
        return list(moments(Connection(loop), steps))


def moments(connection: Connection, steps: list[Any]) -> Iterator[Any]:
    for step in steps:
        connection.loop.now_s += 1
        act(connection, step)
        for _ in range(6):
            connection.loop.turn()
        yield (
            connection.transport.written,
            repr(connection.transport),
            repr(connection.protocol),
            connection.protocol.deadline_s,
            [shown(request) for request in connection.score.requests],
            list(connection.access.answers),
        )


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[start:end] for start, end in pairwise(ends) if start < end]


whole = st.sampled_from(MESSAGES).map(lambda data: [data])
joined = st.lists(st.sampled_from(MESSAGES), min_size=2, max_size=3).map(lambda messages: [b"".join(messages)])
pieces = st.builds(
    cut,
    st.lists(st.sampled_from(MESSAGES), min_size=1, max_size=3).map(b"".join),
    st.lists(st.integers(0, 400), max_size=4),
)
bytewise = st.sampled_from(MESSAGES[:16]).map(lambda data: [data[place : place + 1] for place in range(len(data))])
events = st.sampled_from(["answer", "answer", "answer", "answer at once", "pause", "resume"]).map(lambda event: [event])
steps = st.lists(st.one_of(whole, whole, joined, pieces, bytewise, events, events), max_size=14).map(
    lambda groups: [step for group in groups for step in group]
)


@settings(max_examples=300, deadline=None)
@given(steps)
@example([POST + b"hello", "answer", POST + b"world", "answer", POST + b"\r\n\r\nx", "answer"])
@example(["answer at once", GET, GET, b"\r", GET, b"\n", GET])
@example([POST + b"hello", "pause", "answer", POST + b"world", POST + b"hello", "resume", "answer", "answer"])
@example([POST[:1], POST[1:] + b"hello", "answer", POST[1:] + b"hello"])
@example([POST + b"he", b"llo" + GET, "answer", "answer", b"llo" + GET])
@example([POST + b"hello", "answer", b"hello" + POST, POST + b"hello"])
@example([GET + POST.replace(b"Host: h\r\n", b""), "answer", "pause", "resume"])
@example([POST + b"hello", "answer", POST.replace(b"5", b"%d" % len(POST + b"hello")), POST + b"hello"])
def test_it_is_as_if_every_head_were_read(steps: list[Any]) -> None:
    with nothing_known():
        expected = history(steps)
    assert history(steps) == expected


@pytest.mark.parametrize("data", [POST + b"hello", GET], ids=["a body", "none"])
def test_the_parser_is_not_asked_again(connection: Connection, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.send(data)
    connection.score.answer()
    monkeypatch.setattr(connection.protocol, "_parser", None)
    connection.send(data)
    connection.score.answer()
    assert connection.statuses() == [200, 200]


@pytest.mark.parametrize("header", [b"Connection: close", b"Connection: upgrade\r\nUpgrade: h2c"])
def test_heads_that_ask_for_more_than_an_answer_are_not_kept(connection: Connection, header: bytes) -> None:
    connection.send(POST.replace(b"Host: h", b"Host: h\r\n" + header) + b"hello")
    assert connection.protocol._known is UNKNOWN
    assert len(connection.score.requests) == 1


def test_only_the_body_is_new(connection: Connection) -> None:
    for body in (b"hello", b"world"):
        connection.send(POST + body)
        connection.score.answer()
    first, second = connection.score.requests
    assert (first.body, second.body) == (b"hello", b"world")
    assert first.headers is second.headers
    assert first.kept is second.kept


def request_of(*headers: tuple[bytes, bytes], body: bytes = b"") -> Request:
    return Request("POST", b"/score", b"/score", b"", list(headers), body)


def test_a_body_is_not_kept() -> None:
    known = learn(POST + b"hello", request_of(body=b"hello"))
    assert (known.start, known.size_bytes, known.total_bytes) == (POST, len(POST), len(POST) + 5)
    assert known.request.body == b""


@pytest.mark.parametrize(
    ("segment", "headers"),
    [
        pytest.param(POST + b"hello" + GET, [], id="another request follows"),
        pytest.param(POST + b"hello\r\n", [], id="a line end follows"),
        pytest.param(b"\r\n" + POST + b"hello", [], id="a line end before"),
        pytest.param(b"\n" + POST + b"hello", [], id="a LF before"),
        pytest.param(POST.replace(b"\r\n", b"\n", 1) + b"hello", [], id="a line ends with LF"),
        pytest.param(POST.replace(b"Host: h", b"Host: h\r"), [], id="a CR inside"),
        pytest.param(POST.replace(b"\r\n", b"\n") + b"hello", [], id="all lines end with LF"),
        pytest.param(
            POST.replace(b"Host", b"X: %b\r\nHost" % (b"x" * MAX_HEAD_BYTES)) + b"hello", [], id="a long head"
        ),
        pytest.param(b"", [], id="not the segment in which the request began"),
        pytest.param(POST + b"hello", [(b"transfer-encoding", b"chunked")], id="chunked"),
        pytest.param(POST + b"hello", [(b"expect", b"100-continue")], id="expect"),
        pytest.param(POST + b"hello", [(b"upgrade", b"h2c")], id="upgrade"),
    ],
)
def test_what_is_left_to_the_parser(segment: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    assert learn(segment, request_of(*headers, body=b"hello")) is UNKNOWN


def test_a_request_again_is_equal_in_all_but_its_body() -> None:
    request = request_of((b"a", b"b"), body=b"1")
    assert shown(request.again(b"1")) == shown(request)
    assert request.again(b"2").body == b"2"
