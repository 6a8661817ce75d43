"""AMLRequest, given the bytes of a request, answers as the original server's request object was seen to."""

from __future__ import annotations

import sys
from typing import get_type_hints

import pytest
from werkzeug.exceptions import BadRequestKeyError

from scoring_runtime.authoring import AMLRequest
from scoring_runtime.authoring.request import build_environ
from tests.authoring.wire import JSON, ask


class TestRequestLine:
    @pytest.mark.parametrize(
        ("member", "expected"),
        [
            ("method", "POST"),
            ("path", "/score"),
            ("full_path", "/score?a=1&b=%20x"),
            ("url", "http://h.example:99/score?a=1&b=%20x"),
            ("base_url", "http://h.example:99/score"),
            ("url_root", "http://h.example:99/"),
            ("host_url", "http://h.example:99/"),
            ("host", "h.example:99"),
            ("query_string", b"a=1&b=%20x"),
            ("scheme", "http"),
            ("remote_addr", "10.0.0.7"),
            ("root_path", ""),
            ("is_secure", False),
        ],
    )
    def test_member(self, member: str, expected: object) -> None:
        assert getattr(ask(target=b"/score?a=1&b=%20x"), member) == expected

    def test_full_path_ends_in_a_question_mark_without_a_query(self) -> None:
        assert ask(method="GET").full_path == "/score?"

    def test_printed_form(self) -> None:
        assert str(ask()) == "<Request 'http://h.example:99/score' [POST]>"
        assert f"Request: [{ask(method='GET')}]" == "Request: [<Request 'http://h.example:99/score' [GET]>]"

    @pytest.mark.parametrize(
        ("target", "path", "query"),
        [
            (b"/scor%65", "/score", ""),
            (b"/caf%C3%A9?x=1", "/caf\xc3\xa9", "x=1"),
            (b"/score?x=%41#f", "/score", "x=%41"),
            (b"http://other.example/score?x=1", "/score", "x=1"),
            (b"http://other.example", "/", ""),
            (b"*", "/", ""),
        ],
    )
    def test_target_forms(self, target: bytes, path: str, query: str) -> None:
        environ = ask(target=target).environ
        assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == (path, query)
        assert environ["RAW_URI"] == target.decode()

    def test_without_host_header_the_server_address_stands_in(self) -> None:
        request = AMLRequest.build("GET", b"/score", [], b"", None, ("127.0.0.1", 5001), "http")
        assert request.url == "http://127.0.0.1:5001/score"
        assert request.remote_addr is None

    def test_https(self) -> None:
        request = AMLRequest.build("GET", b"/", [(b"host", b"h")], b"", None, None, "https")
        assert (request.url, request.is_secure) == ("https://h/", True)


class TestArgs:
    def test_first_value_list_and_keys(self) -> None:
        args = ask(target=b"/score?a=1&a=2&b=%20x+y&c=%C3%A9&d=%ff").args
        assert (args["a"], args.getlist("a"), args.get("b"), args["c"]) == ("1", ["1", "2"], " x y", "é")
        assert list(args.keys()) == ["a", "b", "c", "d"]
        assert args["d"] == "%FF"

    def test_typed_get(self) -> None:
        assert ask(target=b"/score?n=7").args.get("n", type=int) == 7

    def test_missing_key_is_a_key_error_and_a_400(self) -> None:
        with pytest.raises(BadRequestKeyError) as caught:
            ask().args["zz"]
        assert isinstance(caught.value, KeyError)
        assert caught.value.code == 400


class TestHeaders:
    def test_names_are_title_case_and_iteration_yields_pairs(self) -> None:
        request = ask(b"x", [(b"x-ms-request-id", b"v"), (b"x-e", b"\xe9"), (b"content-type", b"A/b")])
        assert list(request.headers) == [
            ("Host", "h.example:99"),
            ("X-Ms-Request-Id", "v"),
            ("X-E", "é"),
            ("Content-Type", "A/b"),
            ("Content-Length", "1"),
        ]
        assert dict(request.headers)["X-Ms-Request-Id"] == "v"

    def test_lookup_ignores_case(self) -> None:
        headers = ask(headers=[(b"x-a", b"1")]).headers
        assert (headers["x-A"], headers.get("X-a"), headers.get("x-b"), "X-A" in headers) == (
            "1",
            "1",
            None,
            True,
        )

    def test_repeated_headers_are_joined_with_a_bare_comma(self) -> None:
        assert ask(headers=[(b"x-a", b"1"), (b"x-b", b"0"), (b"x-a", b"2")]).headers["x-a"] == "1,2"

    def test_a_name_with_an_underscore_cannot_pose_as_one_with_a_hyphen(self) -> None:
        headers = ask(headers=[(b"x_user", b"admin")]).headers
        assert "X-User" not in headers
        assert "x_user" not in headers

    def test_parsed_headers(self) -> None:
        request = ask(
            headers=[
                (b"accept", b"application/json"),
                (b"user-agent", b"curl"),
                (b"authorization", b"Basic YTpi"),
                (b"cookie", b"a=1; b=2"),
            ]
        )
        assert request.accept_mimetypes.best == "application/json"
        assert request.user_agent.string == "curl"
        assert request.authorization is not None
        assert request.authorization.username == "a"
        assert dict(request.cookies) == {"a": "1", "b": "2"}

    def test_content_members(self) -> None:
        request = ask(b"{}", [(b"content-type", b"Application/JSON; charset=utf-8")])
        assert request.content_type == "Application/JSON; charset=utf-8"
        assert (request.mimetype, request.content_length, request.is_json) == ("application/json", 2, True)

    def test_content_members_of_a_bare_request(self) -> None:
        request = ask(method="GET", sized=False)
        assert request.content_type is None
        assert request.mimetype == ""
        assert request.content_length is None


class TestEnviron:
    def test_wsgi_keys(self) -> None:
        environ = build_environ("PUT", b"/s?q", [], b"abc", ("1.2.3.4", 9), ("host", 81), "https")
        body = environ.pop("wsgi.input")
        assert body.read() == b"abc"
        assert environ.pop("SERVER_SOFTWARE").startswith("scoring_runtime/")
        assert environ == {
            "REQUEST_METHOD": "PUT",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/s",
            "QUERY_STRING": "q",
            "RAW_URI": "/s?q",
            "SERVER_NAME": "host",
            "SERVER_PORT": "81",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "1.2.3.4",
            "REMOTE_PORT": "9",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def test_content_headers_have_no_prefix(self) -> None:
        environ = build_environ(
            "POST", b"/", [*JSON, (b"content-length", b"2"), (b"x-a", b"1")], b"{}", None, None, "http"
        )
        assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("application/json", "2")
        assert environ["HTTP_X_A"] == "1"
        assert "REMOTE_ADDR" not in environ


def test_the_class_serves_as_an_annotation_and_for_isinstance() -> None:
    def run(request: AMLRequest) -> None: ...

    assert get_type_hints(run)["request"] is AMLRequest
    assert isinstance(ask(), AMLRequest)
