"""The documents behind /swagger.json: Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1.

`generate` turns the schemas of run() and the service's text into one document per version that the schemas
support. `read_user_documents` (the only I/O) reads the files with which an application replaces them.
`SwaggerDocuments` holds the outcome, `{**generated, **user}`, serialised once, and picks a document by the
`version` of a request.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring_runtime.errors import NotFoundError, SettingsError
from scoring_runtime.telemetry.loggers import SWAGGER_LOGGER

logger = logging.getLogger(SWAGGER_LOGGER)

JsonObject = dict[str, Any]

UNDECORATED_SCHEMA: JsonObject = {"type": "object", "example": {}}
"""Input and output schema of a run() without schema decorators."""

VERSIONS = {"2": "2.0", "3": "3.0", "3.1": "3.1"}
"""Each document's version, and what inference-schema calls it."""

_ASKED_VERSIONS = {None: "2", "2": "2", "2.0": "2", "3": "3", "3.0": "3", "3.1": "3.1"}
_USER_FILES = {"swagger.json": "2", "swagger2.json": "2", "swagger3.json": "3", "swagger3.1.json": "3.1"}

_BEARER_TEXT = "For example: Bearer abc123"
_BEARER = {"type": "apiKey", "name": "Authorization", "in": "header", "description": _BEARER_TEXT}
_SECURITY: list[JsonObject] = [{"Bearer": []}]
_INPUT_TEXT = "The input payload for executing the real-time machine learning service."
_VERSION_PARAMETER = {"name": "version", "in": "query", "required": False}
# The original leaves 3.1 out of this list, although it serves it.
_VERSION_SCHEMA = {"type": "integer", "enum": [2, 3]}

# What each operation is called, does, and says when it went well.
_HEALTH = (
    "ServiceHealthCheck",
    "Simple health check endpoint to ensure the service is up at any given point.",
    "If service is up and running, this response will be returned with the content 'Healthy'",
)
_SCORE = (
    "RunMLService",
    "Run web service's model and get the prediction output",
    "The service processed the input correctly and provided a result prediction, if applicable.",
)
_SWAGGER = ("GetSwaggerSpec", "Get the Swagger specification.", "The Swagger specification.")


@dataclass(frozen=True)
class ServiceText:
    """What the operator calls the service: SERVICE_NAME, SERVICE_VERSION and SERVICE_PATH_PREFIX."""

    name: str
    version: str
    path_prefix: str

    def info(self) -> JsonObject:
        """The documents' `info` object."""
        name = _unescaped(self.name)
        description = f"API specification for the Azure Machine Learning service {name}"
        return {"title": name, "description": description, "version": _unescaped(self.version)}

    def paths(self, health: JsonObject, score: JsonObject, swagger: JsonObject) -> JsonObject:
        """The documents' `paths` object; the prefix is not that of the real routes."""
        prefix = _unescaped("/" + self.path_prefix.strip("/")) if self.path_prefix else ""
        return {
            f"{prefix}/": {"get": health},
            f"{prefix}/score": {"post": score},
            f"{prefix}/swagger.json": {"get": swagger},
        }


def generate(
    service: ServiceText,
    input_schema: JsonObject,
    output_schema: JsonObject,
    supported_versions: Sequence[str],
) -> dict[str, JsonObject]:
    """The documents by version, for those of `supported_versions` (in the words of inference-schema)."""
    schemas = {
        "ServiceInput": _valid_json(input_schema),
        "ServiceOutput": _valid_json(output_schema),
        "ErrorResponse": {"type": "object", "properties": {"message": {"type": "string"}}},
    }
    documents = {
        "2": _swagger(service, schemas),
        "3": _openapi("3.0.3", service, schemas),
        "3.1": _openapi("3.1.0", service, schemas),
    }
    return {version: documents[version] for version, name in VERSIONS.items() if name in supported_versions}


def _swagger(service: ServiceText, schemas: JsonObject) -> JsonObject:
    def schema(name: str) -> JsonObject:
        return {"schema": {"$ref": f"#/definitions/{name}"}}

    error = schema("ErrorResponse")
    text: JsonObject = {"schema": {"type": "string"}}
    payload = {"name": "serviceInputPayload", "in": "body", "description": _INPUT_TEXT}
    request = {"security": _SECURITY, "parameters": [{**payload, **schema("ServiceInput")}]}
    parameter = {**_VERSION_PARAMETER, **_VERSION_SCHEMA}
    return {
        "swagger": "2.0",
        "info": service.info(),
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"Bearer": _BEARER},
        "paths": service.paths(
            health=_operation(_HEALTH, {**text, "examples": {"application/json": "Healthy"}}, error),
            score=_operation(_SCORE, schema("ServiceOutput"), error, **request),
            swagger=_operation(_SWAGGER, text, error, parameters=[parameter]),
        ),
        "definitions": schemas,
    }


def _openapi(version: str, service: ServiceText, schemas: JsonObject) -> JsonObject:
    def schema(name: str) -> JsonObject:
        return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}

    def text(**example: str) -> JsonObject:
        return {"content": {"text/plain": {"schema": {"type": "string", **example}}}}

    error = schema("ErrorResponse")
    payload = {"description": _INPUT_TEXT, **schema("ServiceInput")}
    request = {"security": _SECURITY, "requestBody": payload}
    parameter = {**_VERSION_PARAMETER, "schema": _VERSION_SCHEMA}
    return {
        "openapi": version,
        "info": service.info(),
        "security": _SECURITY,
        "paths": service.paths(
            health=_operation(_HEALTH, text(example="Healthy"), error),
            score=_operation(_SCORE, schema("ServiceOutput"), error, **request),
            swagger=_operation(_SWAGGER, text(), error, parameters=[parameter]),
        ),
        "components": {"schemas": schemas, "securitySchemes": {"Bearer": _BEARER}},
    }


def _operation(words: tuple[str, str, str], result: JsonObject, error: JsonObject, **request: Any) -> JsonObject:
    name, description, success = words
    failure = "The service failed to execute due to an error."
    responses = {"200": {"description": success, **result}, "default": {"description": failure, **error}}
    return {"operationId": name, "description": description, **request, "responses": responses}


def _unescaped(text: str) -> str:
    """The text as inside JSON quotes, where the original pastes it; as it is where that is no JSON."""
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _valid_json(value: Any) -> Any:
    """The value as JSON can carry it: NaN and Infinity as null, an unknown object as its text."""
    return json.loads(json.dumps(value, default=str, skipkeys=True), parse_constant=lambda _: None)


def read_user_documents(app_root: Path) -> dict[str, Any]:
    """The documents that the application brings along, by version; an empty one counts as absent."""
    documents: dict[str, Any] = {}
    for name, version in _USER_FILES.items():
        path = app_root / name
        if not documents.get(version) and path.is_file():
            documents[version] = _read_document(path, version)
    return {version: document for version, document in documents.items() if document}


def _read_document(path: Path, version: str) -> Any:
    try:
        document = _valid_json(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError) as error:
        remedy = "Correct the file, or remove it to have the document generated."
        raise SettingsError(f"Cannot read the Swagger document {path}: {error}. {remedy}") from error
    logger.info("Loaded user's swagger file for version [%s] from %s", version, path)
    return document


class SwaggerDocuments:
    """The documents by version as the clients get them, each serialised once."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = {version: documents[version] for version in VERSIONS if version in documents}
        self._bodies = {version: json.dumps(document).encode() for version, document in self._documents.items()}

    def select(self, version: str | None) -> Any:
        """The document for a request's `version` parameter; None is a request without it."""
        return self._documents[self._resolve(version)]

    def body(self, version: str | None) -> bytes:
        """The same as the bytes of the answer."""
        return self._bodies[self._resolve(version)]

    def summary(self) -> str:
        """The line that the log says at the start."""
        prepared, skipped = _listed(self._documents), _listed(VERSIONS.keys() - self._documents.keys())
        if not self._documents:
            return "No swagger is prepared."
        if len(self._documents) == len(VERSIONS):
            return f"Swaggers are prepared for the following versions: {prepared}."
        return f"Swaggers are prepared for versions {prepared} and skipped for versions {skipped}."

    def _resolve(self, version: str | None) -> str:
        known = _ASKED_VERSIONS.get(version)
        available = _listed(self._documents)
        if known is None:
            raise NotFoundError(f"Swagger version [{version}] is not valid. Supported versions: {available}.")
        if known not in self._documents:
            asked = f"Swagger version [{version or known}] is not supported for the scoring script."
            raise NotFoundError(f"{asked} Supported swagger versions: {available}.")
        return known


def _listed(versions: Iterable[str]) -> str:
    return f"[{', '.join(sorted(versions))}]"
