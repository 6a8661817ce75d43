"""Answers in the way that the query's `give` names: AMLResponse in all its forms."""

import datetime
import json

from azureml.contrib.services.aml_request import rawhttp
from azureml.contrib.services.aml_response import AMLResponse

EXPIRES = {"Expires": "Thu, 01 Jan 2026 00:00:00 GMT"}
REPEATED = {"X-Many": "a,b, c", "X-One": "1"}
TYPED = {"Content-Type": "text/plain"}
LOWER_TYPED = {"content-type": "text/plain"}


def changed(response, **attributes):
    for name, value in attributes.items():
        setattr(response, name, value)
    return response


def with_headers(response, headers):
    for name, value in headers.items():
        response.headers[name] = value
    return response


def with_cookie():
    response = AMLResponse("body", 200)
    response.set_cookie("a", "1 2", path="/score", httponly=True, samesite="Lax")
    response.set_cookie("b", "é")
    response.delete_cookie("c")
    return response


def with_set_data():
    response = AMLResponse("body", 200)
    response.set_data("other é")
    return response


def with_helpers():
    response = AMLResponse("body", 201)
    response.content_type = "text/csv"
    response.cache_control.max_age = 5
    response.content_language.add("de")
    response.last_modified = datetime.datetime(2024, 5, 6, tzinfo=datetime.timezone.utc)
    response.location = "/elsewhere"
    response.add_etag()
    response.headers.add("X-Twice", "1")
    response.headers.add("X-Twice", "2")
    response.headers.extend({"X-Three": "3"})
    del response.headers["Content-Length"]
    return response


def inspected():
    response = AMLResponse({"a": [1]}, 202, {"X-A": "1"}, json_str=True)
    shown = [response.status_code, response.status, response.mimetype, response.content_type, response.json]
    shown += [response.get_data(as_text=True), response.data.decode(), response.is_json, response.content_length]
    return [*shown, str(response), response.headers["x-a"], response.get_json()]


def plain_attributes():
    response = AMLResponse("é", 404)
    return [response.status, response.mimetype, response.data.decode(), response.content_length, repr(response)]


GIVEN = {
    "str": lambda: AMLResponse("héllo", 200),
    "empty str": lambda: AMLResponse("", 200),
    "bytes": lambda: AMLResponse(b"\x00\xff", 200),
    "bytearray": lambda: AMLResponse(bytearray(b"ab"), 200),
    "json text": lambda: AMLResponse(json.dumps({"a": 1}), 200),
    "json_str": lambda: AMLResponse({"a": [1.0, None, "é"]}, 200, json_str=True),
    "json_str of str": lambda: AMLResponse("text", 200, json_str=True),
    "json_str of bytes": lambda: AMLResponse(b"text", 200, json_str=True),
    "json_str of set": lambda: AMLResponse({1}, 200, json_str=True),
    "keywords": lambda: AMLResponse(message="m", status_code=201, response_headers={"X-A": "1"}, json_str=False),
    "none": lambda: AMLResponse(None, 200),
    "none, json_str": lambda: AMLResponse(None, 404, json_str=True),
    "list": lambda: AMLResponse(["a", "b"], 200),
    "list of bytes": lambda: AMLResponse([b"a", b"\xff"], 200),
    "tuple": lambda: AMLResponse(("a", b"b"), 200),
    "list of int": lambda: AMLResponse([1, 2], 200),
    "dict": lambda: AMLResponse({"a": 1, "b": 2}, 200),
    "int": lambda: AMLResponse(5, 200),
    "float": lambda: AMLResponse(1.5, 200),
    "204": lambda: AMLResponse("", 204),
    "204 with a body": lambda: AMLResponse("ignored", 204),
    "304": lambda: AMLResponse("ignored", 304),
    "302": lambda: AMLResponse("", 302, {"Location": "/elsewhere"}),
    "400": lambda: AMLResponse("bad", 400),
    "499": lambda: AMLResponse("odd", 499),
    "500": lambda: AMLResponse("failed", 500),
    "503": lambda: AMLResponse({"m": 1}, 503, json_str=True),
    "599": lambda: AMLResponse("odd", 599),
    "600": lambda: AMLResponse("odd", 600),
    "status as text": lambda: AMLResponse("tea", "418 I'm a teapot"),
    "status as short text": lambda: AMLResponse("tea", "418"),
    "failed flag": lambda: AMLResponse("m", 200, run_function_failed=True),
    "failed flag off": lambda: AMLResponse("m", 500, run_function_failed=False),
    "comma": lambda: AMLResponse("m", 200, REPEATED),
    "expires": lambda: AMLResponse("m", 200, EXPIRES),
    "typed": lambda: AMLResponse("m", 200, TYPED),
    "typed json": lambda: AMLResponse({"a": 1}, 200, TYPED, json_str=True),
    "typed none": lambda: AMLResponse(None, 200, TYPED),
    "lower typed": lambda: AMLResponse("m", 200, LOWER_TYPED),
    "typed in parts": lambda: AMLResponse("m", 200, {"Content-Type": "a/b, c/d"}),
    "int header": lambda: AMLResponse("m", 200, {"X-A": 1}),
    "empty header": lambda: AMLResponse("m", 200, {"X-A": ""}),
    "non-ascii header": lambda: AMLResponse("m", 200, {"X-A": "é"}),
    "utf-8 header": lambda: AMLResponse("m", 200, {"X-A": "✓"}),
    "line break in header": lambda: AMLResponse("m", 200, {"X-A": "a\r\nX-B: b"}),
    "own ids": lambda: AMLResponse("m", 200, {"x-ms-request-id": "own", "x-request-id": "own", "TraceId": "own"}),
    "own flags": lambda: AMLResponse("m", 200, {"x-ms-run-function-failed": "own", "x-ms-run-fn-exec-ms": "own"}),
    "own cors": lambda: AMLResponse("m", 200, {"Access-Control-Allow-Origin": "*", "Vary": "X"}),
    "set header": lambda: with_headers(
        AMLResponse("m", 200), {"Access-Control-Allow-Origin": "*", "Content-Type": "a/b"}
    ),
    "set length": lambda: with_headers(AMLResponse("abc", 200), {"X-Accel": "no"}),
    "set id": lambda: with_headers(AMLResponse("m", 200), {"x-ms-request-id": "own"}),
    "mimetype": lambda: changed(AMLResponse(b"\x89PNG", 200), mimetype="image/jpg"),
    "text mimetype": lambda: changed(AMLResponse("a", 200), mimetype="text/csv"),
    "content_type": lambda: changed(AMLResponse("a", 200), content_type="text/csv; header=present"),
    "status_code": lambda: changed(AMLResponse("a", 200), status_code=503),
    "status": lambda: changed(AMLResponse("a", 200), status="299 Odd"),
    "data": lambda: changed(AMLResponse("a", 200), data=b"bytes"),
    "cookie": with_cookie,
    "set_data": with_set_data,
    "members": with_helpers,
    "inspected": inspected,
    "attributes": plain_attributes,
    "plain dict": lambda: {"a": 1},
    "plain bytes": lambda: b"bytes",
    "plain none": lambda: None,
}


def init():
    pass


@rawhttp
def run(request):
    return GIVEN[request.args["give"]]()
