"""`/metrics`: the values are taken on the event loop's thread, their text is put together on another."""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from scoring_runtime.http.asgi import read_request, send_response
from scoring_runtime.http.headers import header_lines
from scoring_runtime.http.responses import Response
from scoring_runtime.telemetry.metrics import MetricsState, ScoringMetrics


class MetricsEndpoint:
    """Answers a scrape without holding up the requests beside it."""

    def __init__(self, metrics: ScoringMetrics) -> None:
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if await read_request(scope, receive) is None:
            return
        state = self._metrics.collect()
        response = await asyncio.get_running_loop().run_in_executor(None, _response, state)
        await send_response(response, send)


def _response(state: MetricsState) -> Response:
    # The libraries are only paid for when somebody scrapes.
    from scoring_runtime.telemetry.exposition import render

    body, content_type = render(state)
    return Response(200, header_lines([(b"Content-Type", content_type.encode())]), body)
