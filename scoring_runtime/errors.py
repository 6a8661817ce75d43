"""The one tree of errors; each class knows its HTTP status or its exit code.

    ScoringRuntimeError
    |- StartError               the process cannot go on           exit 3
    |  |- UsageError            wrong command line                 exit 1
    |  |- AddressInUseError     the port is taken                  exit 1
    |  |- SettingsError         wrong environment or config file   exit 3
    |  `- ScriptError           the entry script cannot be served  exit 3
    `- AnswerError              a request ends in this             500
       |- InputError            the input does not fit             400
       |- NotFoundError                                            404
       |- MethodError                                              405
       |- BodyTimeoutError      the client sends too slowly        408
       |- BodyTooLargeError                                        413
       |- TargetTooLongError    the request line is too long       414
       |- MediaTypeError                                           415
       |- ExpectationError      an Expect header we cannot meet    417
       |- OverloadError         the queue is full                  429
       |- HeadersTooLargeError                                     431
       |- ClientGoneError       nobody waits for the answer        499
       |- UnavailableError      starting or draining               503
       |  `- WorkerLostError    the worker died with the call      503
       |- DeadlineError         the call's time was over           504
       |- VersionError          not HTTP/1.0 or HTTP/1.1           505
       |- InternalError         the server could not do its part   500
       |- ScoringError          what run() wants the client to get  its own
       |- SettledError          the same, ready to be sent         its own
       `- RunError              the script's run() failed          500
          `- RunTimeoutError    run() took too long                500

`http/responses.py` is the one place that turns an AnswerError into a response, `cli.py` the one that turns a
StartError into a message and an exit code. Messages and statuses of the scoring routes are the original server's.
"""

from __future__ import annotations

import json
from typing import Any


class ScoringRuntimeError(Exception):
    """Base of every error that this package raises on purpose."""


class StoppedError(BaseException):
    """Raised by a signal on the main thread, to leave the script's import or init(); not an error of anybody."""


class StartError(ScoringRuntimeError):
    """The server cannot start or go on. `details` is the script's own traceback, where the script is at fault."""

    exit_code = 3

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class UsageError(StartError):
    exit_code = 1


class AddressInUseError(StartError):
    exit_code = 1


class SettingsError(StartError):
    """A setting's value is wrong; the message names the setting, the value, where it came from and the remedy."""


class ScriptError(StartError):
    """The entry script is missing, cannot be imported, lacks init() or run(), or its init() failed."""


class AnswerError(ScoringRuntimeError):
    """The request is answered with `status` and the JSON object {"message": str(error)}.

    `details` is what only the server's operators get to see: the script's own traceback.
    """

    status = 500
    details = ""
    run_failed = False
    retry_after_s: int | None = None

    def content(self) -> Any:
        """The JSON value that the client gets."""
        return {"message": str(self)}


class InputError(AnswerError):
    status = 400


class NotFoundError(AnswerError):
    status = 404

    def __init__(
        self,
        message: str = "The requested URL was not found on the server. If you entered the URL manually please "
        "check your spelling and try again.",
    ) -> None:
        super().__init__(message)


class MethodError(AnswerError):
    status = 405

    def __init__(self, message: str = "The method is not allowed for the requested URL.") -> None:
        super().__init__(message)


class BodyTimeoutError(AnswerError):
    status = 408


class BodyTooLargeError(AnswerError):
    status = 413


class TargetTooLongError(AnswerError):
    status = 414


class MediaTypeError(AnswerError):
    status = 415

    def __init__(self, message: str = "Expects Content-Type to be application/json") -> None:
        super().__init__(message)


class ExpectationError(AnswerError):
    status = 417


class OverloadError(AnswerError):
    """The queue is full; `retry_after_s` says when it should have drained, `reason` is a word for metrics."""

    status = 429

    def __init__(self, message: str, retry_after_s: int, reason: str = "queue_full_calls") -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.reason = reason


class HeadersTooLargeError(AnswerError):
    status = 431


class ClientGoneError(AnswerError):
    """Never sent, as there is nobody to send it to; the status, which HTTP leaves free, is what proxies log then."""

    status = 499

    def __init__(self) -> None:
        super().__init__("The client has gone; its call was not begun.")


class UnavailableError(AnswerError):
    status = 503

    def __init__(self, message: str, retry_after_s: int = 1, reason: str = "starting") -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.reason = reason


class WorkerLostError(UnavailableError):
    """The worker process ended while it ran the call, which may have had effects; the client may ask again."""


class DeadlineError(AnswerError):
    status = 504


class VersionError(AnswerError):
    status = 505


class InternalError(AnswerError):
    def __init__(self, message: str = "An unexpected internal error occurred. Check the logs for more info.") -> None:
        super().__init__(message)


class ScoringError(AnswerError):
    """Raised by a script's run(), or returned for one item of a batch: its call is answered with `status`.

    `status` is from 400 to 599. A `detail` that is a string is sent as {"message": detail}, any other JSON value as
    it is. `retry_after_s` (whole seconds) becomes the Retry-After header. Raises ValueError for anything else.
    """

    def __init__(self, status: int, detail: Any = "", retry_after_s: int | None = None) -> None:
        check_answer(status, retry_after_s)
        super().__init__(detail if isinstance(detail, str) else "")
        self.status = status
        self.detail = detail
        self.run_failed = status >= 500
        self.retry_after_s = retry_after_s

    def content(self) -> Any:
        return {"message": self.detail} if isinstance(self.detail, str) else self.detail


class SettledError(AnswerError):
    """A ScoringError as it is sent: made where user code may run, so that it needs none any more."""

    def __init__(self, status: int, body: bytes, retry_after_s: int | None) -> None:
        check_answer(status, retry_after_s)
        super().__init__(f"the script's own answer with status {status}")
        self.status = status
        self.body = body
        self.run_failed = status >= 500
        self.retry_after_s = retry_after_s

    def content(self) -> Any:
        return json.loads(self.body)


def check_answer(status: Any, retry_after_s: Any) -> None:
    """Raises ValueError for what a script cannot answer an error with."""
    if type(status) is not int or not 400 <= status <= 599:
        raise ValueError(f"the status of a ScoringError is a number from 400 to 599, not {status!r}")
    if retry_after_s is not None and (type(retry_after_s) is not int or retry_after_s < 0):
        raise ValueError(f"retry_after_s of a ScoringError is a whole number of seconds, not {retry_after_s!r}")


class RunError(AnswerError):
    run_failed = True

    def __init__(
        self, message: str = "An unexpected error occurred in scoring script. Check the logs for more info."
    ) -> None:
        super().__init__(message)


class RunTimeoutError(RunError):
    def __init__(self, timeout_ms: int) -> None:
        super().__init__(f"Scoring timeout after {timeout_ms} ms")


# Those that the server makes itself: what they say to a client needs no code but ours.
OUR_ERRORS = frozenset(
    each
    for each in globals().values()
    if isinstance(each, type) and issubclass(each, AnswerError) and each is not ScoringError
)
