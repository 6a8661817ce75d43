"""The documents against recorded answers of the original server (see data/openapi/README.md)."""

from __future__ import annotations

import functools
import importlib.util
import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from inference_schema import schema_util
from openapi_spec_validator import validate

from scoring_runtime import openapi
from scoring_runtime.errors import NotFoundError, SettingsError
from scoring_runtime.openapi import ServiceText, SwaggerDocuments, generate, read_user_documents

HERE = Path(__file__).parent
RECORDINGS = sorted((HERE / "data" / "openapi").glob("*.json"))
SERVICE = ServiceText("ML service", "1.0", "")
ANY = openapi.UNDECORATED_SCHEMA
ALL_VERSIONS = ["2.0", "3.0", "3.1"]


@functools.cache
def load_run(script: str) -> Any:
    """The script's run(), imported once: inference-schema refuses a second output schema."""
    path = HERE / "scripts" / script
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.run


def generated(script: str, service: ServiceText) -> dict[str, dict[str, Any]]:
    run = load_run(script)
    if not schema_util.is_schema_decorated(run):
        return generate(service, ANY, ANY, ALL_VERSIONS)
    schemas = schema_util.get_input_schema(run), schema_util.get_output_schema(run)
    return generate(service, *schemas, schema_util.get_supported_versions(run))


def service_text(environment: dict[str, str]) -> ServiceText:
    return ServiceText(
        environment.get("SERVICE_NAME", SERVICE.name),
        environment.get("SERVICE_VERSION", SERVICE.version),
        environment.get("SERVICE_PATH_PREFIX", SERVICE.path_prefix),
    )


def answer(documents: SwaggerDocuments, query: str) -> dict[str, Any]:
    version = parse_qs(query, keep_blank_values=True).get("version", [None])[0]
    try:
        body = json.loads(documents.body(version))
    except NotFoundError as error:
        return {"status": error.status, "body": {"message": str(error)}}
    assert body == documents.select(version)
    return {"status": 200, "body": body}


def everything(schemas: dict[str, Any], service: ServiceText = SERVICE) -> dict[str, dict[str, Any]]:
    return generate(service, schemas, ANY, ALL_VERSIONS)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_answers_are_those_of_the_original(recording: Path, tmp_path: Path) -> None:
    recorded = json.loads(recording.read_text())
    for name, content in recorded["user_files"].items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    script_documents = generated(recorded["script"], service_text(recorded["environment"]))
    documents = SwaggerDocuments({**script_documents, **read_user_documents(tmp_path)})
    answers = {query: answer(documents, query) for query in recorded["answers"]}
    assert answers == recorded["answers"]
    assert documents.summary() == recorded["summary"]


@pytest.mark.parametrize("script", sorted(path.name for path in (HERE / "scripts").glob("openapi_*.py")))
def test_documents_are_valid(script: str) -> None:
    for document in generated(script, SERVICE).values():
        validate(document)


def test_no_document_for_an_unsupported_version() -> None:
    assert list(generate(SERVICE, ANY, ANY, ["3.1", "2.0"])) == ["2", "3.1"]
    assert generate(SERVICE, ANY, ANY, []) == {}


@pytest.mark.parametrize("text", ['a"b', 'a", "x": "b', "a\nb", "a\\qb", "a\\", "\x00"])
def test_text_that_breaks_the_original_is_taken_as_it_is(text: str) -> None:
    for document in everything({}, ServiceText(text, text, text)).values():
        assert document["info"]["title"] == text
        assert document["info"]["version"] == text
        assert list(document["paths"]) == [f"/{text}/", f"/{text}/score", f"/{text}/swagger.json"]


def test_escapes_in_the_text_count() -> None:
    info = everything({}, ServiceText('x\\"\\u0041', "1\\t0", ""))["2"]["info"]
    assert (info["title"], info["version"]) == ('x"A', "1\t0")
    assert info["description"].endswith('service x"A')


def test_nan_becomes_null() -> None:
    documents = everything({"type": "number", "example": [float("nan"), float("inf"), -float("inf"), 0.5]})
    body = SwaggerDocuments(documents).body("2")
    assert b"NaN" not in body
    assert json.loads(body)["definitions"]["ServiceInput"]["example"] == [None, None, None, 0.5]


def test_unknown_objects_become_text() -> None:
    documents = everything({"example": {Path("x"): 1, 2: (Path("a"), 2**80)}})
    example = documents["3"]["components"]["schemas"]["ServiceInput"]["example"]
    assert example == {"2": ["a", 2**80]}


def test_documents_do_not_share_the_schema_of_the_script() -> None:
    schema = {"type": "object", "properties": {"a": {}}}
    documents = everything(schema)
    schema["properties"] = {}
    assert documents["2"]["definitions"]["ServiceInput"]["properties"] == {"a": {}}


def test_body_keeps_the_spacing_and_escapes_of_the_original() -> None:
    assert SwaggerDocuments({"2": {"a": "é", "b": 1}}).body(None) == b'{"a": "\\u00e9", "b": 1}'


@pytest.mark.parametrize(
    ("content", "position"),
    [
        (b'{"a": }', "Expecting value: line 1 column 7 (char 6)"),
        (b"", "Expecting value: line 1 column 1 (char 0)"),
        (b'{"a": "\xff"}', "in position 7: invalid start byte"),
        (b"[" * 100_000, "while decoding a JSON array"),
    ],
    ids=["syntax", "empty", "encoding", "depth"],
)
def test_broken_user_document(content: bytes, position: str, tmp_path: Path) -> None:
    path = tmp_path / "swagger3.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        read_user_documents(tmp_path)
    message = str(caught.value)
    assert str(path) in message
    assert position in message
    assert message.endswith("Correct the file, or remove it to have the document generated.")


def test_unreadable_user_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "swagger.json").write_text("{}")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SettingsError, match=r"swagger\.json.*Permission denied"):
        read_user_documents(tmp_path)


def test_user_documents_are_valid_json_and_may_have_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "swagger3.1.json").write_text("\ufeff[1, NaN, 1e999]", encoding="utf-8")
    assert read_user_documents(tmp_path) == {"3.1": [1, None, None]}


def test_files_that_are_no_user_documents(tmp_path: Path) -> None:
    (tmp_path / "swagger.json").mkdir()
    (tmp_path / "swagger3.0.json").write_text('{"a": 1}')
    (tmp_path / "swagger2.json").write_text("null")
    assert read_user_documents(tmp_path) == {}
    assert read_user_documents(tmp_path / "absent") == {}


def test_log_names_each_user_document(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "azmlinfsrv.swagger")
    (tmp_path / "swagger.json").write_text("[]")
    (tmp_path / "swagger2.json").write_text('{"a": 1}')
    read_user_documents(tmp_path)
    assert caplog.messages == [
        f"Loaded user's swagger file for version [2] from {tmp_path / 'swagger.json'}",
        f"Loaded user's swagger file for version [2] from {tmp_path / 'swagger2.json'}",
    ]
