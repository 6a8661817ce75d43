"""The cases are consistent with themselves, the scripts and the documentation; no server is started."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.compat import deviations
from tests.compat.case import Case, Deviation, Group, Request
from tests.compat.cases import ALL_GROUPS
from tests.compat.pair import SCRIPTS, lay_out

DOCUMENT = Path(__file__).parents[2] / "docs" / "compatibility.md"
CASES = tuple((group, case) for group in ALL_GROUPS for case in group.cases)


def _repeated(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _declared() -> list[Deviation]:
    of_groups = [group.deviation for group in ALL_GROUPS]
    return [deviation for deviation in (*of_groups, *(case.deviation for _, case in CASES)) if deviation]


def test_group_names_are_unique() -> None:
    assert _repeated([group.name for group in ALL_GROUPS]) == []


@pytest.mark.parametrize("group", ALL_GROUPS, ids=lambda group: group.name)
def test_case_names_are_unique_in_their_group(group: Group) -> None:
    assert _repeated([case.name for case in group.cases]) == []


@pytest.mark.parametrize("group", ALL_GROUPS, ids=lambda group: group.name)
def test_a_group_compares_something(group: Group) -> None:
    assert group.cases or group.lines or group.deviation


@pytest.mark.parametrize("group", ALL_GROUPS, ids=lambda group: group.name)
def test_files_can_be_laid_out(group: Group, tmp_path: Path) -> None:
    lay_out(group.setup, tmp_path)
    wanted = {*group.setup.files, *([group.setup.place] if group.setup.script else [])}
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == wanted


def test_every_script_is_used() -> None:
    served = {group.setup.script for group in ALL_GROUPS}
    embedded = {content for group in ALL_GROUPS for content in group.setup.files.values()}
    unused = {path.name for path in SCRIPTS.glob("*.py") if path.read_text() not in embedded} - served
    assert unused == set()


def test_requests_are_well_formed_unless_they_are_raw() -> None:
    for _, case in CASES:
        if case.request.raw is None:
            head, _, body = case.request.encode().partition(b"\r\n\r\n")
            assert head.startswith(case.request.method.encode())
            assert body == case.request.body


def test_patterns_compile() -> None:
    for group in ALL_GROUPS:
        for pattern in (*group.lines, *group.absent_lines):
            re.compile(pattern)


def test_there_are_many_pairs_of_script_and_request() -> None:
    pairs = {(group.setup.script, case.request.encode()) for group, case in CASES}
    assert len(pairs) >= 800


def test_every_declared_deviation_is_one_of_the_list() -> None:
    assert {deviation.sentence for deviation in _declared()} == {known.sentence for known in deviations.ALL}


@pytest.mark.parametrize("deviation", deviations.ALL, ids=lambda deviation: deviation.sentence)
def test_deviation_is_documented(deviation: Deviation) -> None:
    assert deviation.sentence in DOCUMENT.read_text()


def test_content_length_is_added_to_a_post_only_where_it_is_missing() -> None:
    assert b"Content-Length: 2" in Request(body=b"ab").encode()
    assert b"Content-Length: 0" in Request().encode()
    assert Request(headers=(("content-length", "9"),), body=b"ab").encode().lower().count(b"content-length") == 1
    assert b"Content-Length" not in Request("GET").encode()


def test_a_raw_request_is_sent_as_it_is() -> None:
    assert Case("raw", Request(raw=b"garbage")).request.encode() == b"garbage"
