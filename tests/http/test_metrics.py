"""`/metrics` of the application."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette

from scoring_runtime.http.app import create_app
from scoring_runtime.http.views import Views
from scoring_runtime.telemetry.metrics import ScoringMetrics
from tests.http.asking import GONE, AsgiAnswer, ask
from tests.telemetry.metrics_engine import MetricsEngine


def application(metrics: ScoringMetrics | None) -> Starlette:
    """One whose other routes nobody asks."""
    nothing: Any = None
    return create_app(nothing, Views(nothing, nothing, nothing), metrics)


def scrape(method: str = "GET", has_metrics: bool = True, messages: Any = None) -> AsgiAnswer:
    async def ask_once() -> AsgiAnswer:
        metrics = MetricsEngine().metrics
        metrics.record(200, 1.0, 1.0, 1.0, 1.0, 1)
        app = application(metrics if has_metrics else None)
        return await ask(app, method, "/metrics", *([messages] if messages else []))

    return asyncio.run(ask_once())


def test_a_scrape() -> None:
    answer = scrape()
    assert answer.status == 200
    assert (answer.header(b"content-type") or b"").startswith(b"text/plain; version=")
    assert answer.header(b"content-length") == b"%d" % len(answer.body)
    assert b'\nscoring_requests_total{status="200"} 1.0\n' in answer.body
    assert answer.is_complete


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405), ("DELETE", 405)])
def test_other_methods(method: str, status: int) -> None:
    assert scrape(method).status == status


def test_without_metrics_there_is_nothing() -> None:
    assert scrape(has_metrics=False).status == 404


def test_a_client_that_has_gone_gets_nothing() -> None:
    assert scrape(messages=[GONE]).status == 0


def test_the_loop_goes_on_while_the_text_is_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask_and_turn() -> tuple[int, bytes]:
        loop = asyncio.get_running_loop()
        turned = asyncio.Event()

        def rendered(state: object) -> tuple[bytes, str]:
            # Only a loop that still turns can end this wait.
            asyncio.run_coroutine_threadsafe(_set(turned), loop).result(timeout=30)
            return b"text", "text/plain"

        monkeypatch.setattr("scoring_runtime.telemetry.exposition.render", rendered)
        answer = await ask(application(MetricsEngine().metrics), "GET", "/metrics")
        assert turned.is_set()
        return answer.status, answer.body

    assert asyncio.run(ask_and_turn()) == (200, b"text")


async def _set(event: asyncio.Event) -> None:
    event.set()
