"""An Outcome as it crosses from a worker to the front process: numbers and text in meta, its body as it is.

An error crosses as the name of its class in our tree, its message and its details; one that a script made its own of
crosses as its status and its JSON. The front process believes nothing of what it reads here.
"""

from __future__ import annotations

from typing import Any

from scoring_runtime import errors
from scoring_runtime.call import Outcome, Payload
from scoring_runtime.dispatch.frames import FrameError
from scoring_runtime.errors import AnswerError, SettledError

Headers = list[tuple[bytes, bytes]]

_PLAIN_ERRORS = {each.__name__: each for each in errors.OUR_ERRORS if each is not SettledError}
_FORBIDDEN = frozenset("\r\n\0")


def to_parts(outcome: Outcome) -> tuple[list[Any], bytes]:
    """Meta and body."""
    times = [outcome.run_ms, outcome.queue_ms, outcome.encode_ms, outcome.decode_ms, outcome.batch_rows]
    payload = outcome.payload
    if payload is None:
        told, body = _error_parts(outcome.error or errors.InternalError())
        return [times, None, told], body
    told_headers = None
    if payload.headers is not None:
        told_headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in payload.headers]
    return [times, [payload.status, told_headers, payload.stream is not None], None], payload.body


def _error_parts(error: AnswerError) -> tuple[list[Any], bytes]:
    name = type(error).__name__
    reason = getattr(error, "reason", None)
    if _PLAIN_ERRORS.get(name) is type(error):
        return [name, plain_text(error), error.retry_after_s, reason], error.details.encode(errors="replace")
    if isinstance(error, SettledError):
        return [None, error.status, error.retry_after_s, None], error.body
    return _error_parts(errors.InternalError())


def plain_text(value: object) -> str:
    """`str(value)` with what no JSON text can hold made visible."""
    return str(value).encode("utf-8", "backslashreplace").decode()


def from_parts(meta: Any, body: bytes) -> tuple[Outcome, bool]:
    """The outcome, and whether its body is streamed. Raises FrameError."""
    try:
        (run_ms, queue_ms, encode_ms, decode_ms, rows), answer, told = meta
        outcome = Outcome(
            run_ms=None if run_ms is None else float(run_ms),
            queue_ms=float(queue_ms),
            encode_ms=float(encode_ms),
            batch_rows=int(rows),
            decode_ms=float(decode_ms),
        )
        if answer is None:
            outcome.error = _error_of(told, body)
            return outcome, False
        status, headers, is_streamed = answer
        outcome.payload = Payload(body, _status(status), None if headers is None else _headers(headers))
    except (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError) as error:
        raise FrameError(f"an outcome cannot be read: {error}") from None
    return outcome, bool(is_streamed)


def _status(status: Any) -> int:
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise ValueError(f"the status is {status!r}")
    return status


def _headers(headers: list[Any]) -> Headers:
    if any(_FORBIDDEN & {*name, *value} for name, value in headers):
        raise ValueError("a header has more than one line")
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _error_of(told: Any, body: bytes) -> AnswerError:
    name, what, retry_after_s, more = told
    if retry_after_s is not None and not isinstance(retry_after_s, int):
        raise ValueError(f"retry_after_s is {retry_after_s!r}")
    error: AnswerError
    if name is None:
        error = SettledError(what, body, retry_after_s)
    elif name in _PLAIN_ERRORS:
        # Made without __init__, which each class has in its own way: status and the like belong to the class.
        error = _PLAIN_ERRORS[name].__new__(_PLAIN_ERRORS[name], str(what))
        if more is not None:
            error.reason = str(more)  # type: ignore[attr-defined]  # only those that have one send one
        error.details = body.decode(errors="replace")
    else:
        raise ValueError(f"there is no error called {name!r}")
    error.retry_after_s = retry_after_s
    return error
