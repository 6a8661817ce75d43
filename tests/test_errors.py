"""The tree of errors: statuses, exit codes, and the drawing of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scoring_runtime import errors
from scoring_runtime.errors import AnswerError, ScoringError, ScoringRuntimeError, SettledError, StartError


def drawn() -> dict[str, tuple[str, int | None]]:
    """Each class of the docstring's drawing, with its parent and its number."""
    rows: dict[str, tuple[str, int | None]] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"(    [| ]*[|`]?-? ?)([A-Z]\w+Error)\s.*?(\d+|its own)$", line):
            depth = len(found[1])
            above = [(level, name) for level, name in above if level < depth]
            parent = above[-1][1] if above else "ScoringRuntimeError"
            rows[found[2]] = (parent, int(found[3]) if found[3].isdigit() else None)
            above.append((depth, found[2]))
    return rows


def descendants(base: type[ScoringRuntimeError]) -> list[type[ScoringRuntimeError]]:
    children = base.__subclasses__()
    return children + [each for child in children for each in descendants(child)]


CLASSES = [each for each in descendants(ScoringRuntimeError) if each.__module__ == errors.__name__]


def test_the_drawing_is_complete() -> None:
    assert set(drawn()) == {each.__name__ for each in CLASSES}


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_the_drawing_is_right(error: type[ScoringRuntimeError]) -> None:
    parent, number = drawn()[error.__name__]
    assert error.__base__ is not None
    assert error.__base__.__name__ == parent
    if error in (ScoringError, SettledError):
        assert number is None
    else:
        assert number == (error.exit_code if issubclass(error, StartError) else getattr(error, "status", None))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (errors.MethodError(), "The method is not allowed for the requested URL."),
        (errors.MediaTypeError(), "Expects Content-Type to be application/json"),
        (errors.InternalError(), "An unexpected internal error occurred. Check the logs for more info."),
        (errors.RunError(), "An unexpected error occurred in scoring script. Check the logs for more info."),
        (errors.RunTimeoutError(400), "Scoring timeout after 400 ms"),
        (
            errors.NotFoundError(),
            "The requested URL was not found on the server. If you entered the URL manually please check your "
            "spelling and try again.",
        ),
    ],
)
def test_the_originals_messages(error: AnswerError, message: str) -> None:
    assert str(error) == message


def test_only_errors_of_run_are_marked_as_such() -> None:
    failed = {each.__name__ for each in CLASSES if issubclass(each, AnswerError) and each.run_failed}
    assert failed == {"RunError", "RunTimeoutError"}


def test_a_pause_is_carried_where_one_makes_sense() -> None:
    assert errors.OverloadError("full", 7).retry_after_s == 7
    assert errors.UnavailableError("starting").retry_after_s == 1
    assert AnswerError("x").retry_after_s is None


@pytest.mark.parametrize(("status", "failed"), [(400, False), (404, False), (499, False), (500, True), (599, True)])
def test_a_scoring_error_has_the_status_that_the_script_chose(status: int, failed: bool) -> None:
    error = ScoringError(status, "no such customer", retry_after_s=3)
    assert (error.status, error.run_failed, error.retry_after_s) == (status, failed, 3)
    assert error.content() == {"message": "no such customer"}


@pytest.mark.parametrize("status", [0, 200, 399, 600, "404", None, 404.0])
def test_a_scoring_error_is_an_error(status: Any) -> None:
    with pytest.raises(ValueError, match="a number from 400 to 599"):
        ScoringError(status)


@pytest.mark.parametrize("detail", [{"column": "age", "problem": ["negative"]}, ["a"], 3, None, True, {}])
def test_a_detail_that_is_no_text_is_the_whole_answer(detail: Any) -> None:
    error = ScoringError(422, detail)
    assert error.content() == detail
    assert str(error) == ""


def test_a_lost_worker_may_be_asked_again() -> None:
    assert (errors.WorkerLostError("gone").status, errors.WorkerLostError("gone").retry_after_s) == (503, 1)


def test_a_start_error_keeps_the_scripts_traceback() -> None:
    assert errors.ScriptError("failed", "Traceback ...").details == "Traceback ..."
    assert errors.SettingsError("wrong").details == ""


def test_being_stopped_is_nobodys_error() -> None:
    assert not issubclass(errors.StoppedError, Exception)
