"""Those who watch answered requests from beside the way, as the settings want them: capture, traces, insights.

An extra that is missing ends the start where its option was given, and is a warning where only the environment
asks for it: many clusters set those variables for every container.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from scoring_runtime.errors import StartError
from scoring_runtime.server.environment import insights_connection, wants_insights
from scoring_runtime.settings import Settings
from scoring_runtime.telemetry.capture import Capture
from scoring_runtime.telemetry.exchange import Exchange
from scoring_runtime.telemetry.insights_fields import Place, model_ids
from scoring_runtime.telemetry.loggers import LOGGER

if TYPE_CHECKING:
    from scoring_runtime.telemetry.insights import Insights
    from scoring_runtime.telemetry.traces import Traces

logger = logging.getLogger(LOGGER)

_ENDPOINT_NAMES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


class Watcher(Protocol):
    """An Observer that has something to finish at exit."""

    @property
    def dropped_records(self) -> int: ...

    def __call__(self, exchange: Exchange, /) -> None: ...

    def close(self, timeout_s: float) -> None: ...


class Observers:
    """All that are switched on. Being called costs the event loop an append for each."""

    def __init__(self, watchers: Mapping[str, Watcher], insights: Insights | None = None) -> None:
        self._watchers = dict(watchers)
        self._calls: Sequence[Watcher] = tuple(watchers.values())
        self._insights = insights

    def __bool__(self) -> bool:
        return bool(self._calls)

    def __call__(self, exchange: Exchange) -> None:
        for watch in self._calls:
            watch(exchange)

    def dropped_records(self) -> dict[str, int]:
        """How many requests each has missed so far, by its name."""
        return {name: watcher.dropped_records for name, watcher in self._watchers.items()}

    def script_loaded(self, takes_parameters: bool) -> None:
        """The script is known: whether its input is parameters (a schema) or one string."""
        if self._insights is not None:
            self._insights.takes_parameters = takes_parameters

    def start_failed(self, details: str) -> None:
        """init() has failed; `details` is its traceback."""
        if self._insights is not None:
            self._insights.report_failed_start(details)

    def close(self, timeout_s: float) -> None:
        """Let each write or send what waits; all together take `timeout_s` at most."""
        deadline_s = time.monotonic() + timeout_s
        for watcher in self._calls:
            watcher.close(max(0.0, deadline_s - time.monotonic()))


def build_observers(settings: Settings, environ: Mapping[str, str] = os.environ) -> Observers:
    """What the settings switch on; after logging is configured. Raises StartError."""
    watchers: dict[str, Watcher] = {}
    if settings.capture_dir is not None:
        watchers["capture"] = Capture(settings.capture_dir, settings.capture_percent, settings.capture_max_bytes)
    if traces := _traces(settings, environ):
        watchers["traces"] = traces
    if insights := _insights(settings):
        watchers["insights"] = insights
    return Observers(watchers, insights)


def _traces(settings: Settings, environ: Mapping[str, str]) -> Traces | None:
    is_asked_for = settings.traces_endpoint is not None
    if not is_asked_for and not wants_traces(environ):
        return None
    try:
        from scoring_runtime.telemetry.traces import Traces, service_resource
    except ImportError as error:
        _refuse_or_warn("traces", "otel", error, is_asked_for)
        return None
    if environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc":
        logger.warning("OTEL_EXPORTER_OTLP_PROTOCOL is grpc, but traces are sent as http/protobuf.")
    return Traces(service_resource(settings.service_name), settings.traces_endpoint)


def wants_traces(environ: Mapping[str, str]) -> bool:
    """Whether the standard variables name an endpoint, and none of them says no."""
    is_off = environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or environ.get("OTEL_TRACES_EXPORTER") == "none"
    return not is_off and any(environ.get(name) for name in _ENDPOINT_NAMES)


def _insights(settings: Settings) -> Insights | None:
    if not wants_insights(settings):
        return None
    try:
        from scoring_runtime.telemetry.insights import Insights, InsightsOptions
    except ImportError as error:
        _refuse_or_warn("telemetry for Application Insights", "insights", error, is_asked_for=False)
        return None
    options = InsightsOptions(
        connection=insights_connection(settings) or "",
        logs_response=settings.logs_response_to_app_insights,
        collects_model_data=settings.collects_model_data,
    )
    models = model_ids(settings.model_dir)
    place = Place(settings.container_id, settings.workspace_name, settings.service_name, models)
    try:
        insights = Insights(options, place)
    except ValueError as error:  # the exporter's words for a connection string that it cannot read
        logger.warning("Nothing is sent to Application Insights: %s", error)
        return None
    insights.forward_prints()
    return insights


def _refuse_or_warn(what: str, extra: str, error: ImportError, is_asked_for: bool) -> None:
    message = f"No {what} can be sent: {error}. Install what is missing: pip install 'scoring-runtime[{extra}]'"
    if is_asked_for:
        raise StartError(message)
    logger.warning("%s", message)
