"""print() of a script becomes a log record, and nothing else that print() can do is lost."""

from __future__ import annotations

import builtins
import contextlib
import io
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, cast

import pytest

from scoring_runtime.telemetry import loggers, logs, prints
from tests.telemetry.conftest import Captured

plain_print = builtins.print


@pytest.fixture(autouse=True)
def _hooked(out: Captured, err: Captured) -> Iterator[None]:
    logs.configure_defaults(out.writer, err.writer)
    prints.install()
    yield
    prints.uninstall()


def _messages(out: Captured) -> list[str]:
    records = re.split(r"^.{23} \w \[\d+\] ", out.text(), flags=re.MULTILINE)[2:]
    return [record.removeprefix("azmlinfsrv.print - ") for record in records]


def test_objects_are_joined_into_one_record(out: Captured) -> None:
    print("a", 1, None)
    print("a", "b", sep="-")
    assert re.search(r" I \[\d+\] azmlinfsrv\.print - a 1 None\n", out.text())
    assert _messages(out) == ["a 1 None\n", "a-b\n"]


def test_end_and_flush_mean_nothing(out: Captured) -> None:
    print("a", end="", flush=True)
    print("b", end="!")
    assert _messages(out) == ["a\n", "b\n"]


def test_an_empty_print_is_an_empty_message(out: Captured) -> None:
    print()
    assert _messages(out) == ["\n"]


def test_percent_signs_and_lines_are_kept(out: Captured) -> None:
    print("100%s", "%d")
    print("two\nlines")
    assert _messages(out) == ["100%s %d\n", "two\nlines\n"]


def test_no_separator_is_a_space_as_for_the_builtin(out: Captured) -> None:
    print("a", "b", sep=None)
    assert _messages(out) == ["a b\n"]


def test_a_wrong_separator_is_an_error() -> None:
    with pytest.raises(TypeError, match="sep must be None or a string, not int"):
        print("a", sep=cast(Any, 1))
    with pytest.raises(TypeError):
        cast(Any, print)("a", foo=1)


@pytest.mark.parametrize("name", ["stdout", "__stdout__"])
def test_naming_stdout_counts_as_stdout(name: str, out: Captured) -> None:
    print("named", file=getattr(sys, name))
    assert _messages(out) == ["named\n"]


def test_other_files_are_untouched(out: Captured) -> None:
    file = io.StringIO()
    print("a", "b", sep="-", end="!", file=file, flush=True)
    assert file.getvalue() == "a-b!"
    assert _messages(out) == []


def test_redirected_output_is_caught_by_who_redirects(out: Captured) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as file:
        print("caught")
    print("logged")
    assert file.getvalue() == "caught\n"
    assert _messages(out) == ["logged\n"]


def test_a_long_message_is_cut_with_a_note(out: Captured) -> None:
    print("é" * 100_000)
    (message,) = _messages(out)
    kept = re.fullmatch(r"(é+) \.\.\. \((\d+) characters cut\)\n", message)
    assert kept is not None
    assert len(kept[1]) + int(kept[2]) == 100_000
    assert 60 * 1024 < len(message.encode()) < 64 * 1024


@pytest.mark.parametrize("size", [16 * 1024, 20_000, 64 * 1024])
def test_a_message_of_up_to_64_kib_is_whole(size: int, out: Captured) -> None:
    text = "\n".join(["x" * 999] * 70)[:size]
    print(text)
    assert _messages(out) == [text + "\n"]


def test_what_cannot_be_encoded_is_escaped(out: Captured) -> None:
    print("\udc80")
    assert _messages(out) == ["\\udc80\n"]


def test_a_class_attribute_is_not_bound(out: Captured) -> None:
    class Model:
        log = print

    Model().log("hello")
    assert _messages(out) == ["hello\n"]


def test_a_handler_that_prints_does_not_call_itself(out: Captured, capsys: pytest.CaptureFixture[str]) -> None:
    class Printing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            print("handled", record.getMessage())

    prints.uninstall()
    prints.install()
    logger = logging.getLogger(loggers.PRINT_LOGGER)
    handler = Printing()
    logger.addHandler(handler)
    print("hello")
    logger.removeHandler(handler)
    assert capsys.readouterr().out == "handled hello\n"
    assert _messages(out) == ["hello\n"]


def test_an_object_that_cannot_be_shown_raises_and_the_next_print_works(out: Captured) -> None:
    class Broken:
        def __str__(self) -> str:
            raise ValueError("no text")

    with pytest.raises(ValueError, match="no text"):
        print(Broken())
    print("next")
    assert _messages(out) == ["next\n"]


def test_install_and_uninstall_may_be_repeated() -> None:
    hook = builtins.print
    prints.install()
    assert builtins.print is hook
    prints.uninstall()
    prints.uninstall()
    assert builtins.print is plain_print


_SCRIPT = """
import sys, threading
from scoring_runtime.telemetry import loggers, logs, prints
from scoring_runtime.telemetry.output import BoundedWriter

logs.configure_defaults(BoundedWriter(1), BoundedWriter(2))
prints.install()
print("in init", 1, sep="-")
print("to stderr", file=sys.stderr)
sys.stdout.write("not hooked\\n")
sys.stdout.flush()
threads = [threading.Thread(target=lambda: [print("word " * 20) for _ in range(500)]) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
prints.uninstall()
print("plain")
"""


def test_in_a_process_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, timeout=60, check=True)
    lines = done.stdout.splitlines()
    assert lines[0].endswith("azmlinfsrv - Loaded logging config from scoring_runtime.telemetry.logs")
    assert lines[1].endswith("azmlinfsrv.print - in init-1")
    assert lines[2] == "not hooked"
    assert len(lines) == 3 + 2000 + 1
    assert all(re.fullmatch(r".{23} I \[\d+\] azmlinfsrv\.print - (word ){20}", line) for line in lines[3:-1])
    assert lines[-1] == "plain"
    assert done.stderr == "to stderr\n"
