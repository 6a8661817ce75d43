"""The application: the routes and what answers them. There is no middleware; `create_app` is the only composition."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scoring_runtime.errors import AnswerError, InternalError, MethodError, NotFoundError
from scoring_runtime.http import score
from scoring_runtime.http.asgi import AsgiScoreEndpoint, ViewEndpoint
from scoring_runtime.http.metrics import MetricsEndpoint
from scoring_runtime.http.responses import error_response
from scoring_runtime.http.score import ScoreEndpoint
from scoring_runtime.http.views import Views
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.metrics import ScoringMetrics
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

VIEW_METHODS = ["GET", "HEAD", "OPTIONS"]
PROBE_METHODS = ["GET", "HEAD"]


def create_app(score_endpoint: ScoreEndpoint, views: Views, metrics: ScoringMetrics | None = None) -> Starlette:
    """Without `metrics` there is no /metrics."""
    scraped = [Route("/metrics", MetricsEndpoint(metrics), methods=PROBE_METHODS)] if metrics else []
    app = Starlette(
        routes=[
            Route("/score", AsgiScoreEndpoint(score_endpoint), methods=score.METHODS),
            Route("/", ViewEndpoint(views.home), methods=VIEW_METHODS),
            Route("/swagger.json", ViewEndpoint(views.swagger_json), methods=VIEW_METHODS),
            Route("/health/live", ViewEndpoint(views.live), methods=PROBE_METHODS),
            Route("/health/ready", ViewEndpoint(views.ready), methods=PROBE_METHODS),
            Route("/health/startup", ViewEndpoint(views.startup), methods=PROBE_METHODS),
            *scraped,
        ],
        exception_handlers={HTTPException: _on_routing_error, Exception: _on_error},
    )
    app.router.redirect_slashes = False
    return app


def _on_routing_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _starlette_response(MethodError() if status == 405 else NotFoundError())


def _on_error(request: Request, error: Exception) -> Response:
    logger.error("Encountered Exception: %s", format_traceback(error))
    return _starlette_response(InternalError())


def _starlette_response(error: AnswerError) -> Response:
    answer = error_response(error)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers}
    return Response(answer.body, answer.status, headers)
