"""Receives HTTP/1.1 on one connection: whole requests, within limits, handed on one at a time.

Given to uvicorn as its `http` class. `/score` goes straight to the scoring endpoint, everything else through the ASGI
application. The parser calls the `on_*` methods; one that refuses raises through it, which ends the parsing.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

import httptools

from scoring_runtime.errors import AnswerError, InputError, MethodError
from scoring_runtime.http import deadlines, guard, wire
from scoring_runtime.http.answering import AnsweringConnection
from scoring_runtime.http.connection import SCORE_PATH
from scoring_runtime.http.connection_limit import ConnectionLimit
from scoring_runtime.http.incoming import NOTHING, Incoming
from scoring_runtime.http.known_head import UNKNOWN, learn
from scoring_runtime.http.score import ScoreEndpoint
from scoring_runtime.request import Request, by_name
from scoring_runtime.telemetry.access import AccessLog

LARGE_SEGMENT_BYTES = 64 * 1024
_METHOD = re.compile(rb"[A-Z]+ ")
_SLASHES = re.compile(rb"//+")


@dataclass(frozen=True, slots=True)
class ProtocolParts:
    """What every connection shares."""

    score: ScoreEndpoint
    app: Any
    access: AccessLog
    max_body_bytes: int
    limit: ConnectionLimit = field(default_factory=ConnectionLimit)


class ScoringProtocol(AnsweringConnection):
    """One client connection. `server_state` is uvicorn's: its set of connections and its date header."""

    __slots__ = ("_known", "_max_body_bytes", "_parser", "_refusal", "_segment", "_segment_bytes")

    def __init__(self, parts: ProtocolParts, server_state: Any, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(parts.score, parts.app, parts.access, server_state, loop, parts.limit)
        self._max_body_bytes = parts.max_body_bytes
        self._parser = httptools.HttpRequestParser(self)
        self._refusal: AnswerError | None = None
        self._segment = b""
        self._segment_bytes = 0
        self._known = UNKNOWN

    def data_received(self, data: bytes) -> None:
        known = self._known
        if len(data) == known.total_bytes and self._is_free() and data.startswith(known.start):
            self._start(known.request.again(data[known.size_bytes :]))
        elif self._discarded_bytes is None:
            self._parse(data)
        else:
            self._discard(len(data))

    def _parse(self, data: bytes) -> None:
        before = self._incoming
        self._segment = data if before is NOTHING else b""
        self._segment_bytes = len(data)
        had_head = before.has_head
        if before is not NOTHING:
            before.wire_bytes += len(data)
        rest: bytes | None = data
        while rest is not None:
            rest = self._feed(rest)
        self._segment = b""
        if self._incoming is not NOTHING and self._discarded_bytes is None:
            self._expect_rest(self._incoming, is_new=self._incoming is not before, had_head=had_head)
            if len(data) >= LARGE_SEGMENT_BYTES:
                self._let_others_read()

    def _let_others_read(self) -> None:
        """Goes on with a large body in the next turn of the loop, which would otherwise read all that there is."""
        self._pause_reading()
        self._loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        if not self._waiting and not self._transport.is_closing():
            self._resume_reading()

    def _expect_rest(self, message: Incoming, is_new: bool, had_head: bool) -> None:
        """Sets the deadline of the part that a request has come to, and bounds what surrounds its body."""
        if self._active is None and (is_new or message.has_head is not had_head):
            self.deadline_s = self._loop.time() + (deadlines.BODY_GRACE_S if message.has_head else deadlines.HEAD_S)
        if refusal := guard.check_overhead(message.has_head, message.wire_bytes, message.body_bytes):
            self._refuse(refusal)

    def _feed(self, data: bytes) -> bytes | None:
        """Parses `data`; what there is to parse after it, if a request wanted to switch protocols in between."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            return self._head_without_upgrade() + data[upgrade.args[0] :]
        except httptools.HttpParserError as error:
            is_unknown_method = isinstance(error, httptools.HttpParserInvalidMethodError) and _METHOD.match(data)
            invalid = InputError(f"The request is not valid HTTP/1.1: {error}")
            self._refuse(self._refusal or (MethodError() if is_unknown_method else invalid))
        return None

    def _head_without_upgrade(self) -> bytes:
        """No protocol is offered to switch to, so the request counts without its Upgrade header.

        The parser has stopped before the body. A new one gets the head again, without that header, and goes on.
        """
        self._parser = httptools.HttpRequestParser(self)
        self._segment = b""
        return wire.encode_request_head(self._incoming)

    def on_message_begin(self) -> None:
        self._incoming = Incoming(self._segment_bytes)

    def on_url(self, part: bytes) -> None:
        if refusal := self._incoming.add_target(part):
            self._stop_at(refusal)

    def on_header(self, name: bytes, value: bytes) -> None:
        message = self._incoming
        if not message.has_head:  # what follows the body is a trailer, which nobody asks for
            header = name, value = name.lower(), value.rstrip(b" \t")
            message.headers.append(header)
            message.named[name] = value

    def on_headers_complete(self) -> None:
        message = self._incoming
        message.has_head = True
        message.method = method = self._parser.get_method().decode("ascii")
        message.http_version = version = self._parser.get_http_version()
        headers, named = message.headers, message.named
        if len(named) != len(headers):
            message.named = named = by_name(headers)
        received_bytes = message.begun_bytes + message.wire_bytes
        if refusal := guard.check_head(method, version, headers, named, self._max_body_bytes, received_bytes):
            self._stop_at(refusal)
        if b"expect" in named and version == "1.1" and self._active is None:
            self._transport.write(wire.CONTINUE)

    def on_body(self, part: bytes) -> None:
        if refusal := self._incoming.add_body(part, self._max_body_bytes):
            self._stop_at(refusal)

    def on_message_complete(self) -> None:
        if self._parser.should_upgrade():
            return  # its body is still to come: see _head_without_upgrade
        request = self._request_of(self._incoming)
        self._incoming = NOTHING
        keeps_alive = self._parser.should_keep_alive()
        self._known = learn(self._segment, request) if keeps_alive else UNKNOWN
        self._waiting.append((request, keeps_alive))
        if self._active is None:
            self._advance()
        if self._waiting:
            self._pause_reading()

    def _stop_at(self, refusal: AnswerError) -> NoReturn:
        """Stops the parser, which is in the middle of a callback."""
        self._refusal = refusal
        raise refusal

    def _request_of(self, message: Incoming) -> Request:
        path, query = message.target, b""
        if path != SCORE_PATH:
            try:
                url = httptools.parse_url(path)
            except httptools.HttpParserInvalidURLError:
                self._stop_at(InputError("The request's target is not a valid URL"))
            path = _SLASHES.sub(b"/", unquote_to_bytes(url.path or b"/"))
            query = url.query or b""
        return Request(  # by position, as keywords would take longer than all else here
            message.method,
            message.target,
            path,
            query,
            message.headers,
            message.body(),
            message.http_version,
            "http",
            self._client,
            self._server,
            message.named,
        )
