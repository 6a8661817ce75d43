"""What counts as a difference, and when a difference counts as declared."""

from __future__ import annotations

from tests.compat.case import ABSENT, PRESENT, Body, Case, Deviation, Request
from tests.compat.comparison import Difference, Verdict, compare_answers, compare_output, judge, observed
from tests.compat.wire import Answer

CASE = Case("any", Request(headers=(("x-request-id", "a"),)))
ID_1 = "11111111-1111-4111-8111-111111111111"
ID_2 = "22222222-2222-4222-8222-222222222222"


def _answer(*headers: tuple[str, str], status: int = 200, body: bytes = b"x") -> Answer:
    return Answer(status, headers, (body,))


def _differences(theirs: Answer, ours: Answer, case: Case = CASE) -> list[Difference]:
    return compare_answers(case, theirs, ours)


def test_equal_answers() -> None:
    assert _differences(_answer(("A", "1")), _answer(("a", "1"))) == []


def test_transport_headers_do_not_count() -> None:
    assert _differences(_answer(("Server", "gunicorn"), ("Connection", "close")), _answer(("Date", "now"))) == []


def test_status_body_and_header_count() -> None:
    found = _differences(_answer(("a", "1")), _answer(("a", "2"), status=500, body=b"y"))
    assert found == [
        Difference("a", "1", "2"),
        Difference("body", "x", "y"),
        Difference("status", "200", "500"),
    ]


def test_missing_header_counts() -> None:
    assert _differences(_answer(("a", "1")), _answer()) == [Difference("a", "1", ABSENT)]


def test_repeated_header_counts() -> None:
    assert len(_differences(_answer(("a", "1"), ("a", "2")), _answer(("a", "1, 2")))) == 1


def test_cut_body_counts() -> None:
    cut = Answer(200, (), (b"x",), is_complete=False)
    assert _differences(_answer(), cut) == [Difference("body ends", ABSENT, "early")]


def test_new_ids_are_equal_but_their_relation_counts() -> None:
    same = _answer(("x-request-id", ID_1), ("x-ms-request-id", ID_1))
    same_too = _answer(("x-request-id", ID_2), ("x-ms-request-id", ID_2))
    other = _answer(("x-request-id", ID_1), ("x-ms-request-id", ID_2))
    assert _differences(same, same_too) == []
    assert [found.field for found in _differences(same, other)] == ["x-ms-request-id"]


def test_an_id_that_was_sent_must_come_back() -> None:
    case = Case("sent", Request(headers=(("x-request-id", ID_1),)))
    assert len(_differences(_answer(("x-request-id", ID_1)), _answer(("x-request-id", ID_2)), case)) == 1


def test_format_of_milliseconds_and_version_counts() -> None:
    fine = _answer(("x-ms-run-fn-exec-ms", "0.123"), ("x-ms-server-version", "a/1"))
    fine_too = _answer(("x-ms-run-fn-exec-ms", "12.000"), ("x-ms-server-version", "b-c/2.0"))
    wrong = _answer(("x-ms-run-fn-exec-ms", "1e-3"), ("x-ms-server-version", "b"))
    assert _differences(fine, fine_too) == []
    assert len(_differences(fine, wrong)) == 2


def test_a_version_is_compared_where_a_case_wants_it() -> None:
    case = Case("exact", Request(), exact_headers=frozenset({"x-ms-server-version"}))
    found = _differences(_answer(("x-ms-server-version", "a/1")), _answer(("x-ms-server-version", "a/2")), case)
    assert [difference.field for difference in found] == ["x-ms-server-version"]


def test_order_of_allowed_methods_does_not_count() -> None:
    assert _differences(_answer(("Allow", "GET, HEAD")), _answer(("allow", "HEAD, GET"))) == []


def test_bodies_as_json_lengths_and_chunks() -> None:
    first = Answer(200, (("content-length", "8"),), (b'{"a": 1,', b' "b": 2}'))
    second = Answer(200, (("content-length", "9"),), (b'{"b":2,"a":1}',))
    assert _differences(first, second, Case("json", Request(), Body.JSON)) == []
    assert observed(Case("length", Request(), Body.LENGTH), first)["body"] == "8"
    assert observed(Case("chunks", Request(), Body.CHUNKS), first)["body"] == '{"a": 1, |  "b": 2}'


def test_json_that_is_none_is_compared_as_text() -> None:
    found = _differences(_answer(body=b"{}"), _answer(body=b"oops"), Case("json", Request(), Body.JSON))
    assert [difference.field for difference in found] == ["body"]


def test_a_line_must_be_in_both_outputs() -> None:
    assert compare_output([r"^b$"], [], "a\nb", "b\n") == []
    assert compare_output(["b"], [], "ab", "a") == [Difference("line b", PRESENT, ABSENT)]
    assert compare_output(["c"], [], "ab", "ab") == [Difference("line c", ABSENT, ABSENT)]
    assert compare_output([], ["a"], "b", "a") == [Difference("line a", ABSENT, PRESENT)]


FOUND = [Difference("status", "500", "400")]


def test_undeclared_difference() -> None:
    assert judge(FOUND, None) is Verdict.DIFFERENT
    assert judge([], None) is Verdict.EQUAL


def test_declared_difference() -> None:
    assert judge(FOUND, Deviation("why", {"status": ("500", "400")})) is Verdict.DECLARED


def test_a_declaration_allows_nothing_else() -> None:
    declared = Deviation("why", {"status": ("500", "400")})
    assert judge([], declared) is Verdict.DIFFERENT
    assert judge([*FOUND, Difference("body", "a", "b")], declared) is Verdict.DIFFERENT
    assert judge([Difference("status", "500", "404")], declared) is Verdict.DIFFERENT
