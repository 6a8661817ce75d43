"""The header rules of AMLResponse, odd ones included, as the original's were seen to be."""

from __future__ import annotations

from typing import Any

import pytest

from scoring_runtime.authoring import AMLResponse

FLAG = ("x-ms-run-function-failed", "False")
HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")


def fields(response: AMLResponse) -> list[tuple[str, str]]:
    return [field for field in response.headers if field[0] != "Content-Length"]


class TestHeaders:
    @pytest.mark.parametrize(
        ("value", "parts"),
        [
            ("b", ["b"]),
            ("", [""]),
            (" x ", ["x"]),
            ("b,c, d ,,e", ["b", "c", "d", "", "e"]),
            ("Mon,Tue", ["Mon", "Tue"]),
        ],
    )
    def test_commas_separate_repeated_headers(self, value: str, parts: list[str]) -> None:
        assert AMLResponse("x", 200, {"X-A": value}).headers.getlist("X-A") == parts

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
            ("Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT"),
            ("Date", "Thursday, 01-Jan-70 00:00:00 GMT"),
            ("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT"),
            ("Set-Cookie", "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"),
        ],
    )
    def test_but_not_within_a_date(self, name: str, value: str) -> None:
        assert AMLResponse("x", 200, {name: value}).headers.getlist(name) == [value]

    def test_a_date_in_a_list_of_values(self) -> None:
        value = "a=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT,b=2"
        assert AMLResponse("x", 200, {"Set-Cookie": value}).headers.getlist("Set-Cookie") == [
            "a=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT",
            "b=2",
        ]

    def test_order_and_repetition(self) -> None:
        response = AMLResponse("x", 200, {"A": "b,c", "Content-Type": "x/y"})
        assert list(response.headers) == [
            ("Content-Length", "1"),
            FLAG,
            ("A", "b"),
            ("A", "c"),
            ("Content-Type", "x/y"),
        ]

    @pytest.mark.parametrize(
        ("message", "name", "expected"),
        [
            ("x", "Content-Type", [FLAG, ("Content-Type", "x/y")]),
            ("x", "content-type", [HTML, FLAG, ("content-type", "x/y")]),
            ("x", "CONTENT-TYPE", [HTML, FLAG, ("CONTENT-TYPE", "x/y")]),
            (None, "Content-Type", [JSON, FLAG, ("Content-Type", "x/y")]),
            (None, "content-type", [JSON, FLAG, ("content-type", "x/y")]),
        ],
    )
    def test_only_the_exact_spelling_replaces_a_raw_content_type(
        self, message: str | None, name: str, expected: list[tuple[str, str]]
    ) -> None:
        assert fields(AMLResponse(message, 200, {name: "x/y"})) == expected

    def test_json_str_keeps_its_content_type_first(self) -> None:
        response = AMLResponse([], 200, {"Content-Type": "x/y"}, json_str=True)
        assert fields(response) == [JSON, FLAG, ("Content-Type", "x/y")]

    @pytest.mark.parametrize("value", [1, None, ["x"], b"x"])
    @pytest.mark.parametrize("name", ["A", "Content-Type"])
    def test_a_value_that_is_no_str_raises(self, name: str, value: Any) -> None:
        with pytest.raises(AttributeError, match=f"header '{name}' must be a str, not {type(value).__name__}"):
            AMLResponse("x", 200, {name: value})

    def test_a_line_break_raises(self) -> None:
        with pytest.raises(ValueError, match="newline"):
            AMLResponse("x", 200, {"A": "x\r\nSet-Cookie: y"})

    def test_none_means_no_headers(self) -> None:
        assert fields(AMLResponse("x", 200, None)) == [HTML, FLAG]

    def test_the_callers_mapping_is_left_alone(self) -> None:
        headers = {"Content-Type": "x/y", "A": "b,c"}
        AMLResponse("x", 200, headers)
        assert headers == {"Content-Type": "x/y", "A": "b,c"}
