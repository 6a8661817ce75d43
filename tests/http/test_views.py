"""Liveness, Swagger and the health probes, in each state of the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest

from scoring_runtime import openapi
from scoring_runtime.call import Call, Outcome
from scoring_runtime.http.responses import HTML_TYPE, JSON_TYPE, Response
from scoring_runtime.http.views import Views
from scoring_runtime.request import Headers, Request
from tests.http.connection import ManualLoop
from tests.http.engine import STRING, Engine

View = Callable[[Views], Callable[[Request], Response]]
TEXT = openapi.ServiceText("name", "1", "")


def request_of(target: str = "/", method: str = "GET", headers: Headers | None = None) -> Request:
    path, _, query = target.partition("?")
    return Request(method, target.encode(), path.encode(), query.encode(), headers or [])


@pytest.fixture
def engine(loop: ManualLoop) -> Engine:
    return Engine(loop, lambda data: data, origins="*")


@pytest.fixture
def ready(engine: Engine) -> Engine:
    engine.open(STRING)
    undecorated = openapi.UNDECORATED_SCHEMA
    engine.views.swagger = openapi.SwaggerDocuments(
        openapi.generate(TEXT, undecorated, undecorated, ["2.0", "3.0", "3.1"])
    )
    return engine


def drained(engine: Engine) -> Engine:
    engine.dispatcher.drain(lambda: None)
    return engine


def test_home_is_healthy_text_once_init_has_returned(engine: Engine, ready: Engine) -> None:
    response = ready.views.home(request_of())
    assert (response.status, response.body) == (200, b"Healthy")
    assert response.headers[0] == HTML_TYPE
    names = [name for name, _ in response.headers]
    assert b"x-ms-run-function-failed" not in names
    assert names.count(b"x-request-id") == 1
    assert b"Access-Control-Allow-Origin" in names
    assert drained(engine).views.home(request_of()).body == b"Healthy"


def test_home_is_not_healthy_before_that(engine: Engine) -> None:
    assert engine.views.home(request_of()).status == 503


def test_a_probe_can_be_refused_too(ready: Engine) -> None:
    response = ready.views.home(request_of(headers=[(b"x-request-id", b"x" * 101)]))
    assert (response.status, response.body) == (431, b'{"message": "x-request-id must not exceed 100 characters"}')


@pytest.mark.parametrize("target", ["/", "/swagger.json"])
def test_options_are_automatic(ready: Engine, target: str) -> None:
    view = ready.views.home if target == "/" else ready.views.swagger_json
    response = view(request_of(target, "OPTIONS"))
    assert (response.status, response.body) == (200, b"")
    assert dict(response.headers)[b"Allow"] == b"HEAD, OPTIONS, GET"
    assert b"x-ms-run-function-failed" not in dict(response.headers)


@pytest.mark.parametrize(
    ("query", "version"),
    [("", "2.0"), ("?version=2", "2.0"), ("?version=3", "3.0.3"), ("?version=3.0&version=x", "3.0.3")],
)
def test_swagger_by_version(ready: Engine, query: str, version: str) -> None:
    response = ready.views.swagger_json(request_of(f"/swagger.json{query}"))
    document = json.loads(response.body)
    assert document.get("swagger", document.get("openapi")) == version
    assert response.headers[0] == JSON_TYPE
    assert ready.view_lines.lines == [("GET", f"/swagger.json{query}", 200, len(response.body))]


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("4", "Swagger version [4] is not valid. Supported versions: [2, 3, 3.1]."),
        ("", "Swagger version [] is not valid. Supported versions: [2, 3, 3.1]."),
    ],
)
def test_swagger_versions_that_are_not_there(ready: Engine, version: str, message: str) -> None:
    response = ready.views.swagger_json(request_of(f"/swagger.json?version={version}"))
    assert (response.status, json.loads(response.body)) == (404, {"message": message})


def test_a_swagger_version_that_the_script_does_not_support(ready: Engine) -> None:
    schema = openapi.UNDECORATED_SCHEMA
    ready.views.swagger = openapi.SwaggerDocuments(openapi.generate(TEXT, schema, schema, ["3.0", "3.1"]))
    message = "Swagger version [2] is not supported for the scoring script. Supported swagger versions: [3, 3.1]."
    response = ready.views.swagger_json(request_of("/swagger.json"))
    assert (response.status, json.loads(response.body)) == (404, {"message": message})


def test_swagger_is_not_there_before_the_script_is(engine: Engine) -> None:
    assert engine.views.swagger_json(request_of("/swagger.json")).status == 503


PROBES: dict[str, View] = {
    "live": lambda views: views.live,
    "ready": lambda views: views.ready,
    "startup": lambda views: views.startup,
}


@pytest.mark.parametrize(
    ("state", "statuses"),
    [("starting", [200, 503, 503]), ("ready", [200, 200, 200]), ("draining", [200, 503, 200])],
)
def test_probes_by_state(engine: Engine, state: str, statuses: list[int]) -> None:
    if state != "starting":
        engine.open(STRING)
    if state == "draining":
        drained(engine)
    answers = [view(engine.views)(request_of()) for view in PROBES.values()]
    assert [answer.status for answer in answers] == statuses


def test_probes_say_the_state(ready: Engine) -> None:
    assert ready.views.live(request_of()).body == b'{"status": "live"}'
    assert ready.views.ready(request_of()).body == b'{"status": "ready"}'


def test_a_stuck_runner_is_not_ready(ready: Engine, monkeypatch: pytest.MonkeyPatch, loop: ManualLoop) -> None:
    monkeypatch.setattr("scoring_runtime.dispatch.deadlines.GRACE_S", 0.0)
    monkeypatch.setattr("scoring_runtime.dispatch.dispatcher.TICKS_PER_WATCH", 1)
    outcomes: list[Any] = []
    ready.holds = True
    call = Call({}, outcomes.append)
    ready.dispatcher.submit(call)
    call.started_s = perf_counter() - 3600
    loop.now_s += 1
    loop.turn()
    assert [type(outcome) for outcome in outcomes] == [Outcome]
    response = ready.views.ready(request_of())
    assert response.status == 503
    assert b"run() is stuck" in response.body
    assert ready.views.live(request_of()).status == 200
