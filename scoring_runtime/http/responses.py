"""From what run() returned to an HTTP response: `encode` on the runner's thread, `respond` on the loop's."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scoring_runtime.call import Outcome, Payload
from scoring_runtime.errors import AnswerError, RunError, SettledError
from scoring_runtime.http.headers import AnswerHead, header_lines, headers_of
from scoring_runtime.json_text import dump_json
from scoring_runtime.request import Headers
from scoring_runtime.stream import Stream
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

JSON_TYPE = (b"Content-Type", b"application/json")
HTML_TYPE = (b"Content-Type", b"text/html; charset=utf-8")
_RUN_SUCCEEDED = (b"x-ms-run-function-failed", b"False")
_RUN_FAILED = (b"x-ms-run-function-failed", b"True")
_JSON_LINES = header_lines([JSON_TYPE, _RUN_SUCCEEDED])
_FAILED_NAME = b"x-ms-run-function-failed"
# What the front end decides itself, whatever a script's response says.
_OWN_NAMES = {b"content-length", b"transfer-encoding", b"connection", b"keep-alive", b"upgrade", b"trailer"}
_HEADER_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_HEADER_VALUE = re.compile(rb"[^\x00-\x08\x0a-\x1f\x7f]*")


# What most scripts return needs no second look.
_JSON_TYPES = frozenset((str, dict, list, float, int))


@dataclass(slots=True)
class Response:
    """An answer without its framing: the protocol adds the length, the date and what the connection needs.

    `lines` are its header lines as they are sent.
    """

    status: int
    lines: bytes
    body: bytes
    stream: Stream | None = None

    @property
    def headers(self) -> Headers:
        return headers_of(self.lines)


def encode(output: Any) -> Payload:
    """The payload of what run() returned. Raises whatever shows that it cannot be sent."""
    if type(output) in _JSON_TYPES:
        return Payload(dump_json(output))
    if output is None:
        return Payload(b"{}")
    if not isinstance(output, (str, dict, list, tuple, int, float)) and is_response(output):
        return _encode_response(output)
    return Payload(dump_json(output))


def is_response(output: Any) -> bool:
    """Whether a script returned a whole response: an AMLResponse, or that of a web framework it uses."""
    wrappers = sys.modules.get("werkzeug.wrappers")
    return wrappers is not None and isinstance(output, wrappers.Response)


def _encode_response(response: Any) -> Payload:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    for name, value in headers:
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"the script's response has an invalid header: {name!r}: {value!r}")
    if not 200 <= response.status_code <= 599:
        raise ValueError(f"the script's response has an invalid status: {response.status_code}")
    headers = [(name, value) for name, value in headers if name.lower() not in _OWN_NAMES]
    if response.status_code == 304:
        headers = [(name, value) for name, value in headers if not name.lower().startswith(b"content-")]
    if response.status_code >= 500:
        headers = _with_failed_mark(headers)
    if response.is_sequence:
        return Payload(b"".join(response.iter_encoded()), response.status_code, headers)
    return Payload(b"", response.status_code, headers, Stream(_begun(_closing(response))))


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """`chunks` with the first one made, so that a script that fails before it still gets its 500."""
    try:
        first = next(chunks, b"")
    except BaseException as error:  # the script's generator may raise anything
        logger.error("Encountered Exception: %s", format_traceback(error))
        raise RunError from None
    return _prepended(first, chunks)


def _prepended(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield first
        yield from chunks
    finally:
        chunks.close()  # type: ignore[attr-defined]  # a generator, always


def _with_failed_mark(headers: Headers) -> Headers:
    marks = [_RUN_FAILED if name.lower() == _FAILED_NAME else (name, value) for name, value in headers]
    return marks if _RUN_FAILED in marks else [*marks, _RUN_FAILED]


def _closing(response: Any) -> Iterator[bytes]:
    try:
        yield from response.iter_encoded()
    finally:
        response.close()


def respond(outcome: Outcome, head: AnswerHead, shows_timing: bool = False) -> Response:
    """The response to a call that ended in `outcome`; `shows_timing` adds where its time went."""
    payload = outcome.payload
    if payload is None:
        response = error_response(outcome.error or AnswerError(), head)
        if shows_timing:
            response.lines += _timing_line(outcome)
        return response
    run_lines = _run_lines(outcome, shows_timing)
    if payload.headers is None:
        lines = b"".join((_JSON_LINES, run_lines, head.lines, head.cors))
    else:
        lines = _script_lines(payload.headers, run_lines, head)
    return Response(payload.status, lines, payload.body, payload.stream)


def _timing_line(outcome: Outcome) -> bytes:
    """How far a call came whose run() did not return, in milliseconds."""
    return b"Server-Timing: decode;dur=%.3f, queue;dur=%.3f\r\n" % (outcome.decode_ms, outcome.queue_ms)


def _run_lines(outcome: Outcome, shows_timing: bool) -> bytes:
    """What run() took and, if wanted, the other stages, in one piece."""
    run_ms = b"%.3f" % (outcome.run_ms or 0.0)
    if not shows_timing:
        return b"x-ms-run-fn-exec-ms: %b\r\n" % run_ms
    return (
        b"x-ms-run-fn-exec-ms: %b\r\n"
        b"Server-Timing: decode;dur=%.3f, queue;dur=%.3f, run;dur=%b, encode;dur=%.3f, batch;desc=%d\r\n"
    ) % (run_ms, outcome.decode_ms, outcome.queue_ms, run_ms, outcome.encode_ms, outcome.batch_rows)


def _script_lines(headers: Headers, run_lines: bytes, head: AnswerHead) -> bytes:
    """The header lines of a script's own response: ours take the place of its, except for CORS."""
    ours = {name.lower() for name, _ in headers_of(head.lines)}
    kept = [(name, value) for name, value in headers if name.lower() not in ours]
    has_cors = any(name.lower() == b"access-control-allow-origin" for name, _ in headers)
    return b"".join((header_lines(kept), run_lines, head.lines, b"" if has_cors else head.cors))


def error_response(error: AnswerError, head: AnswerHead | None = None) -> Response:
    """The one translation of an error into HTTP."""
    headers = [JSON_TYPE, _RUN_FAILED if error.run_failed else _RUN_SUCCEEDED]
    if error.retry_after_s is not None:
        headers.append((b"Retry-After", b"%d" % error.retry_after_s))
    body = error.body if isinstance(error, SettledError) else dump_json(error.content())
    return Response(error.status, header_lines(headers) + _lines_of(head), body)


def json_response(body: bytes, head: AnswerHead | None = None) -> Response:
    return Response(200, _JSON_LINES + _lines_of(head), body)


def _lines_of(head: AnswerHead | None) -> bytes:
    return head.lines + head.cors if head else b""
