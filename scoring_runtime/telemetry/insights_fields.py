"""What Application Insights is told about a request, in the names and formats of the original server (pure).

Long values are cut here, where the service would cut them anyway, so that none waits in memory in full.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from scoring_runtime.telemetry.exchange import Exchange
from scoring_runtime.telemetry.redaction import shown_headers, shown_target

LIMIT_CHARS = 8192
MODEL_DATA = "model_data_collection"
NOT_TEXT = "Scoring request response payload is a non serializable object or raw binary"
_FAILED_STATUS = 400
_MAX_MODELS = 100

Fields = dict[str, str | bool]


@dataclass(frozen=True)
class Place:
    """Where the server runs, as its environment says."""

    container_id: str
    workspace_name: str
    service_name: str
    models: Sequence[str] = ()


def request_fields(exchange: Exchange, place: Place, logs_response: bool) -> Fields:
    """The custom dimensions of a request."""
    target = shown_target(exchange.target)
    host = shown_headers(exchange.request_headers).get("host", "")
    fields: Fields = {
        **_identity(exchange, place),
        "name": target.partition("?")[0],
        "url": f"http://{host}{target}",
        "start_time": datetime.fromtimestamp(exchange.started_s, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "duration": duration_text(exchange.total_ms),
        "resultCode": str(exchange.status),
        "success": exchange.status < _FAILED_STATUS,
        "http_method": exchange.method,
        "Workspace Name": place.workspace_name,
        "Service Name": place.service_name,
    }
    if logs_response:
        fields["Response Value"] = _json_text(exchange.response_body)
    return fields


def exception_fields(exchange: Exchange, place: Place) -> Fields:
    """The custom dimensions of an exception."""
    return _grouped(_identity(exchange, place))


def model_data_fields(exchange: Exchange, place: Place, takes_parameters: bool) -> Fields:
    """The custom dimensions of a model data record. The input of a script without a schema is a string, in JSON."""
    data = {
        "Workspace Name": place.workspace_name,
        "Service Name": place.service_name,
        "Models": json.dumps(list(place.models)),
        "Input": _json_text(exchange.request_body) if takes_parameters else _json_string(exchange.request_body),
        "Prediction": _json_text(exchange.response_body),
    }
    return _grouped({**_identity(exchange, place), **data})


def _identity(exchange: Exchange, place: Place) -> dict[str, str]:
    headers = shown_headers(exchange.request_headers)
    return {
        "Container Id": place.container_id,
        "Request Id": exchange.request_id,
        "Client Request Id": headers.get("x-ms-client-request-id", ""),
    }


def _grouped(fields: Mapping[str, str]) -> Fields:
    """The fields, and all of them in one as the original has them."""
    return {**fields, "custom_dimensions": str(dict(fields))[:LIMIT_CHARS]}


def _json_text(body: bytes | None) -> str:
    """A body that is JSON already, or the sentence for one that is no text; a streamed one is not kept."""
    text = _text(body)
    return json.dumps(NOT_TEXT) if text is None else text


def _json_string(body: bytes) -> str:
    text = _text(body)
    return json.dumps(NOT_TEXT if text is None else text)[:LIMIT_CHARS]


def _text(body: bytes | None) -> str | None:
    if body is None:
        return None
    is_cut = len(body) > LIMIT_CHARS * 4
    try:
        return body[: LIMIT_CHARS * 4].decode("utf-8", "ignore" if is_cut else "strict")[:LIMIT_CHARS]
    except UnicodeDecodeError:
        return None


def duration_text(duration_ms: float) -> str:
    """`HH:MM:SS.mmm`, with the days in front if there are any."""
    seconds, milliseconds = divmod(int(duration_ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"
    return f"{days}.{clock}" if days else clock


def model_ids(model_dir: str | None) -> list[str]:
    """`name:version` of the model that the folder is, or else of each that it holds as <name>/<version>."""
    if model_dir is None or not os.path.isdir(model_dir):
        return []
    parent, version = os.path.split(os.path.normpath(model_dir))
    if version.isdigit():
        return [f"{os.path.basename(parent)}:{version}"]
    found = [f"{name}:{each}" for name in _folders(model_dir) for each in _folders(os.path.join(model_dir, name))]
    return [each for each in found if each.rpartition(":")[2].isdigit()][:_MAX_MODELS]


def _folders(path: str) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(path) if entry.is_dir())
    except OSError:
        return []
