"""What the admin listener answers, and whom it does not serve."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from scoring_runtime.errors import ScriptError
from scoring_runtime.request import Headers
from scoring_runtime.server.admin import create_admin_app
from scoring_runtime.server.reloader import ReloadRefusedError
from tests.http.asking import AsgiAnswer, ask

LOCAL: Headers = [(b"host", b"127.0.0.1:5002")]


class Reloads:
    """Stands in for the reloader; `error` is what a reload raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self._error = error

    async def reload(self) -> None:
        self.count += 1
        if self._error is not None:
            raise self._error


def asked(
    reloads: Reloads, headers: Headers = LOCAL, method: str = "POST", target: str = "/admin/reload"
) -> AsgiAnswer:
    make: Callable[[Any], Any] = create_admin_app
    return asyncio.run(ask(make(reloads), method, target, headers=headers))


def test_reloaded() -> None:
    answer = asked(Reloads())
    body = json.loads(answer.body)
    assert (answer.status, body["status"]) == (200, "reloaded")
    assert body["seconds"] >= 0


def test_not_now() -> None:
    answer = asked(Reloads(ReloadRefusedError("a reload is under way")))
    assert (answer.status, json.loads(answer.body)) == (409, {"message": "Not reloaded: a reload is under way."})


def test_failed() -> None:
    answer = asked(Reloads(ScriptError("init() of score.py failed: no model", "Traceback")))
    message = "The reload failed, the old script goes on serving: init() of score.py failed: no model"
    assert (answer.status, json.loads(answer.body)) == (500, {"message": message})


@pytest.mark.parametrize("host", [b"127.0.0.1:5002", b"127.0.0.1", b"localhost:5002", b"localhost"])
def test_names_of_this_machine(host: bytes) -> None:
    assert asked(Reloads(), [(b"host", host)]).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="no Host"),
        pytest.param([(b"host", b"")], id="empty Host"),
        pytest.param([(b"host", b"evil.example")], id="another name"),
        pytest.param([(b"host", b"evil.example:5002")], id="another name with the port"),
        pytest.param([(b"host", b"127.0.0.1.evil.example:5002")], id="a name that begins alike"),
        pytest.param([(b"host", b"localhost.evil.example")], id="another that begins alike"),
        pytest.param([*LOCAL, (b"origin", b"http://127.0.0.1:5002")], id="a page of this machine"),
        pytest.param([*LOCAL, (b"origin", b"null")], id="a page from nowhere"),
        pytest.param([*LOCAL, (b"origin", b"")], id="empty Origin"),
    ],
)
def test_web_pages_are_refused(headers: Headers) -> None:
    reloads = Reloads()
    answer = asked(reloads, headers)
    message = "Only programs on this machine may ask for this."
    assert (answer.status, json.loads(answer.body), reloads.count) == (403, {"message": message}, 0)


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [("GET", "/admin/reload", 405), ("POST", "/", 404), ("POST", "/score", 404), ("GET", "/admin", 404)],
)
def test_there_is_nothing_else(method: str, target: str, status: int) -> None:
    reloads = Reloads()
    assert asked(reloads, method=method, target=target).status == status
    assert reloads.count == 0
