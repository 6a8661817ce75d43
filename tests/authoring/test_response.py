"""AMLResponse as the original's was seen to behave, header by header."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from scoring_runtime.authoring import AMLResponse

FLAG = ("x-ms-run-function-failed", "False")
HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")


def body(response: AMLResponse) -> bytes:
    return b"".join(response.iter_encoded())


def fields(response: AMLResponse) -> list[tuple[str, str]]:
    return [field for field in response.headers if field[0] != "Content-Length"]


class TestBody:
    @pytest.mark.parametrize("as_json", [False, True])
    def test_none_is_an_empty_json_object(self, as_json: bool) -> None:
        response = AMLResponse(None, 201, json_str=as_json)
        assert (body(response), response.status_code) == (b"{}", 201)
        assert list(response.headers) == [JSON, ("Content-Length", "2"), FLAG]

    @pytest.mark.parametrize("message", [{"a": 1}, [1, "é"], "é", "", 5, True])
    def test_json_str_dumps_with_the_defaults(self, message: object) -> None:
        response = AMLResponse(message, 200, json_str=True)
        assert body(response) == json.dumps(message).encode()
        assert fields(response) == [JSON, FLAG]

    def test_json_str_of_something_else_raises(self) -> None:
        with pytest.raises(TypeError, match="set is not JSON serializable"):
            AMLResponse(set(), 200, json_str=True)

    @pytest.mark.parametrize(
        ("message", "expected"),
        [
            ("é", "é".encode()),
            ("", b""),
            (b"\xff\x00", b"\xff\x00"),
            (bytearray(b"xyz"), b"xyz"),
            (["a", b"b"], b"ab"),
            (("a", "b"), b"ab"),
            ({"a": 1, "b": 2}, b"ab"),
        ],
    )
    def test_raw_message(self, message: object, expected: bytes) -> None:
        response = AMLResponse(message, 200)
        assert body(response) == expected
        assert fields(response) == [HTML, FLAG]

    def test_a_generator_stays_unread_until_it_is_sent(self) -> None:
        produced: list[str] = []

        def rows() -> Iterator[str]:
            for row in ("a", "b"):
                produced.append(row)
                yield row

        response = AMLResponse(rows(), 200)
        assert (response.is_streamed, produced) == (True, [])
        chunks = response.iter_encoded()
        assert (next(chunks), produced) == (b"a", ["a"])
        assert (list(chunks), produced) == ([b"b"], ["a", "b"])

    @pytest.mark.parametrize(("message", "kind"), [(5, "int"), (1.5, "float"), (True, "bool"), (object(), "object")])
    def test_what_cannot_be_a_body_is_named(self, message: object, kind: str) -> None:
        with pytest.raises(TypeError, match=f"must be str, bytes or an iterable of these, not {kind}; json_str=True"):
            AMLResponse(message, 200)


class TestStatus:
    @pytest.mark.parametrize(
        ("status", "line", "code"),
        [
            (200, "200 OK", 200),
            (404, "404 NOT FOUND", 404),
            (599, "599 UNKNOWN", 599),
            (HTTPStatus.CREATED, "201 CREATED", 201),
            ("418 I am a teapot", "418 I am a teapot", 418),
            ("418", "418 I'M A TEAPOT", 418),
        ],
    )
    def test_number_or_text(self, status: int | str, line: str, code: int) -> None:
        response = AMLResponse("x", status)
        assert (response.status, response.status_code) == (line, code)

    def test_an_empty_status_is_refused(self) -> None:
        with pytest.raises(ValueError, match="Empty status"):
            AMLResponse("x", "")

    def test_it_has_to_be_given(self) -> None:
        with pytest.raises(TypeError, match="status_code"):
            AMLResponse("x")  # type: ignore[call-arg]


class TestFailedFlag:
    @pytest.mark.parametrize(("given", "text"), [(True, "True"), (False, "False"), (0, "0"), ("yes", "yes")])
    def test_is_an_attribute_and_a_header(self, given: Any, text: str) -> None:
        response = AMLResponse("x", 200, run_function_failed=given)
        assert response.run_function_failed == given
        assert response.headers.getlist("x-ms-run-function-failed") == [text]

    def test_a_script_adds_to_the_header_rather_than_replacing_it(self) -> None:
        response = AMLResponse("x", 200, {"X-Ms-Run-Function-Failed": "True"})
        assert response.headers.getlist("x-ms-run-function-failed") == ["False", "True"]


class TestFrameworkSurface:
    """It is a full response object: what scripts do to it after making it."""

    def test_keyword_names(self) -> None:
        response = AMLResponse(
            message="a", status_code=202, response_headers={}, json_str=False, run_function_failed=False
        )
        assert (response.get_data(as_text=True), response.status_code) == ("a", 202)

    def test_headers_can_be_set(self) -> None:
        response = AMLResponse("x", 200)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Content-Type"] = "image/x"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers.getlist("Content-Type") == ["image/x"]

    def test_mimetype_can_be_set(self) -> None:
        response = AMLResponse(b"x", 200)
        response.mimetype = "image/jpg"
        assert response.headers["Content-Type"] == "image/jpg"

    def test_status_data_and_cookie_can_be_set(self) -> None:
        response = AMLResponse("x", 200)
        response.status_code = 503
        response.set_data("later")
        response.set_cookie("a", "1")
        assert response.status == "503 SERVICE UNAVAILABLE"
        assert (response.data, response.content_length) == (b"later", 5)
        assert response.headers["Set-Cookie"] == "a=1; Path=/"

    def test_json_is_read_back(self) -> None:
        assert AMLResponse({"a": 1}, 200, json_str=True).json == {"a": 1}
        assert AMLResponse('{"a": 1}', 200).json is None
        assert AMLResponse('{"a": 1}', 200).get_json(force=True) == {"a": 1}

    def test_printed_form(self) -> None:
        assert repr(AMLResponse("a", 200)) == "<AMLResponse 1 bytes [200 OK]>"
