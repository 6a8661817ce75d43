"""Which fields of two observations differ, and whether each difference was declared.

An answer becomes a table of texts: status, body, and each header but those of the transport. What must differ from
run to run is replaced by what must not: new request ids by their number of appearance, milliseconds by their format,
a server's version by the fact that there is one.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from tests.compat.case import ABSENT, PRESENT, Body, Case, Deviation
from tests.compat.wire import Answer

# The original closes every connection and ours keeps them; framing is compared through the body it frames.
TRANSPORT_HEADERS = frozenset({"date", "server", "connection", "keep-alive", "transfer-encoding", "content-length"})
# What each of our answers has besides: see docs/compatibility.md.
ADDED_HEADERS = frozenset({"server-timing"})
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
FORMATS = {"x-ms-run-fn-exec-ms": re.compile(r"\d+\.\d{3}"), "x-ms-server-version": re.compile(r"[\w-]+/\S+")}
REPEATED = " (and) "


@dataclass(frozen=True)
class Difference:
    """One field with the original's value and ours."""

    field: str
    theirs: str
    ours: str


class Verdict(Enum):
    """What a comparison came to."""

    EQUAL = "equal"
    DECLARED = "declared"
    DIFFERENT = "different"


def compare_answers(case: Case, theirs: Answer, ours: Answer) -> list[Difference]:
    """The fields in which two answers to the same request differ."""
    return differences(observed(case, theirs), observed(case, ours))


def observed(case: Case, answer: Answer) -> dict[str, str]:
    """An answer as a table of comparable texts."""
    table = {"status": str(answer.status), "body": _body(case.body, answer)}
    if not answer.is_complete:
        table["body ends"] = "early"
    new_ids: dict[str, str] = {}
    sent = case.request.encode().decode("latin-1")
    for name, value in answer.headers:
        key = name.lower()
        if key in TRANSPORT_HEADERS or key in ADDED_HEADERS:
            continue
        text = value if key in case.exact_headers else _stable(key, value, sent, new_ids)
        table[key] = f"{table[key]}{REPEATED}{text}" if key in table else text
    return table


def _body(compared_as: Body, answer: Answer) -> str:
    if compared_as is Body.IGNORED:
        return ""
    if compared_as is Body.LENGTH:
        return answer.header("content-length") or ABSENT
    if compared_as is Body.CHUNKS:
        return " | ".join(chunk.decode("latin-1") for chunk in answer.chunks)
    if compared_as is Body.JSON:
        with contextlib.suppress(ValueError):  # What is no JSON is compared, and shown, as it came.
            return json.dumps(json.loads(answer.body), sort_keys=True)
    return answer.body.decode("latin-1")


def _stable(name: str, value: str, sent: str, new_ids: dict[str, str]) -> str:
    if name == "allow":  # The original's order is that of a set, another one in each process.
        return ", ".join(sorted(value.split(", ")))
    if UUID.fullmatch(value) and value not in sent:
        return new_ids.setdefault(value, f"<new id {len(new_ids) + 1}>")
    pattern = FORMATS.get(name)
    return f"<{name}>" if pattern and pattern.fullmatch(value) else value


def differences(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[Difference]:
    """The entries that are not the same in both tables."""
    pairs = ((name, theirs.get(name, ABSENT), ours.get(name, ABSENT)) for name in sorted({*theirs, *ours}))
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def compare_output(lines: Sequence[str], absent_lines: Sequence[str], theirs: str, ours: str) -> list[Difference]:
    """The patterns that one of the outputs lacks, and those that one of them has but should not."""
    found = [(pattern, PRESENT, _presence(pattern, theirs), _presence(pattern, ours)) for pattern in lines]
    found += [(pattern, ABSENT, _presence(pattern, theirs), _presence(pattern, ours)) for pattern in absent_lines]
    return [
        Difference(f"line {pattern}", first, second)
        for pattern, wanted, first, second in found
        if not first == second == wanted
    ]


def _presence(pattern: str, output: str) -> str:
    return PRESENT if re.search(pattern, output, re.MULTILINE) else ABSENT


def judge(found: Sequence[Difference], deviation: Deviation | None) -> Verdict:
    """Declared only if exactly the declared fields differ, with the declared values."""
    if deviation is None:
        return Verdict.DIFFERENT if found else Verdict.EQUAL
    by_field = {difference.field: difference for difference in found}
    if by_field.keys() != deviation.fields.keys():
        return Verdict.DIFFERENT
    expected = all(
        theirs in by_field[name].theirs and ours in by_field[name].ours
        for name, (theirs, ours) in deviation.fields.items()
    )
    return Verdict.DECLARED if expected else Verdict.DIFFERENT
