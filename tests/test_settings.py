"""Where settings come from, in which order, and what is said about wrong ones."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scoring_runtime.errors import SettingsError
from scoring_runtime.settings import Option, Settings, options
from scoring_runtime.settings_report import show_settings
from scoring_runtime.settings_sources import BANNER, load_settings

OPTIONS = {option.name: option for option in options()}
# Two values for each kind of option, neither of them a default, as text and as the setting.
VALUES: dict[str, list[tuple[str, Any]]] = {
    "auto_or_threads_or_processes": [("threads", "threads"), ("AUTO", "auto")],
    "boolean": [("yes", True), ("0", False)],
    "exactly_true": [("true", True), ("True", False)],
    "loose_true": [("TRUE", True), ("anything", False)],
    "percentage": [("7", 7.0), ("12.5", 12.5)],
    "port_number": [("8080", 8080), ("65535", 65535)],
    "at_least_0": [("0", 0), ("7", 7)],
    "at_least_1": [("7", 7), ("1234567", 1234567)],
    "at_least_1048576": [("1048576", 1048576), ("9999999", 9999999)],
    "http_url": [("http://127.0.0.1:4318", "http://127.0.0.1:4318"), ("https://h/x", "https://h/x")],
    "port_or_zero": [("0", 0), ("8080", 8080)],
    "text_or_json": [("json", "json"), ("Text", "text")],
    "text": [("/one", "/one"), ("/two", "/two")],
}
# Read when settings are read, so that its name cannot be any text.
SOURCED = [option for option in options() if option.name != "config_file"]
NAMED = [pytest.param(option, name, id=name) for option in SOURCED for name in option.env]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(
    tmp_path: Path,
    flags: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> Settings:
    if config is not None:
        (tmp_path / "config.json").write_text(json.dumps(config))
    return load_settings(flags or {}, environ or {}, str(tmp_path))


def kinds(option: Option) -> list[tuple[str, Any]]:
    return VALUES[option.parse.__name__]


def test_defaults(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings(app_root=str(tmp_path))


@pytest.mark.parametrize(("option", "name"), NAMED)
def test_every_environment_name(option: Option, name: str, tmp_path: Path) -> None:
    for text, value in kinds(option):
        settings = load(tmp_path, environ={name: text})
        assert getattr(settings, option.name) == value
        assert settings.origins[option.name] == f"environment variable: {name}"


@pytest.mark.parametrize(("option", "name"), NAMED)
def test_environment_names_in_any_case(option: Option, name: str, tmp_path: Path) -> None:
    text, value = kinds(option)[0]
    assert getattr(load(tmp_path, environ={name.lower(): text}), option.name) == value


@pytest.mark.parametrize(("option", "name"), NAMED)
def test_an_empty_environment_name_is_not_set(option: Option, name: str, tmp_path: Path) -> None:
    assert load(tmp_path, environ={name: ""}) == Settings(app_root=str(tmp_path))


@pytest.mark.parametrize(("option", "name"), NAMED)
def test_every_key_of_the_config_file(option: Option, name: str, tmp_path: Path) -> None:
    for text, value in kinds(option):
        settings = load(tmp_path, config={name: text})
        assert getattr(settings, option.name) == value
        assert settings.origins[option.name] == f"config file: {tmp_path / 'config.json'}: {name}"


@pytest.mark.parametrize("option", [each for each in SOURCED if each.env], ids=lambda option: option.name)
def test_command_line_over_environment_over_config_file_over_default(option: Option, tmp_path: Path) -> None:
    (one, value_of_one), (two, value_of_two) = kinds(option)
    name = option.env[0]
    assert getattr(load(tmp_path, environ={name: one}, config={name: two}), option.name) == value_of_one
    assert getattr(load(tmp_path, environ={name: two}, config={name: one}), option.name) == value_of_two
    if option.flags:
        settings = load(tmp_path, {option.name: one}, {name: two}, {name: two})
        assert getattr(settings, option.name) == value_of_one


@pytest.mark.parametrize(
    ("key", "given", "name", "value"),
    [
        ("SERVER_PORT", 7000, "port", 7000),
        ("AML_MDC_STORAGE_ENABLED", True, "collects_model_data", True),
        ("APP_INSIGHTS_LOG_RESPONSE_ENABLED", False, "logs_response_to_app_insights", False),
        ("SEPERATE_HEALTH_ENDPOINT", True, "has_health_port", True),
        ("SERVER_PORT", None, "port", 5001),
        ("SERVICE_VERSION", 2, "service_version", "2"),
    ],
)
def test_json_values_of_a_config_file(key: str, given: object, name: str, value: object, tmp_path: Path) -> None:
    assert getattr(load(tmp_path, config={key: given}), name) == value


def test_the_named_config_file_comes_first(tmp_path: Path) -> None:
    (tmp_path / "named.json").write_text('{"SERVER_PORT": 1111}')
    config = {"SERVER_PORT": 2222, "SERVICE_NAME": "root"}
    settings = load(tmp_path, {"config_file": str(tmp_path / "named.json")}, config=config)
    assert (settings.port, settings.service_name) == (1111, "ML service")


def test_then_the_one_in_the_application_root_then_the_one_beside_the_script(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "config.json").write_text('{"SERVER_PORT": 3333}')
    environ = {"AZUREML_ENTRY_SCRIPT": "sub/score.py"}
    assert load(tmp_path, environ=environ).port == 3333
    assert load(tmp_path, environ=environ, config={"SERVER_PORT": 2222}).port == 2222


@pytest.mark.parametrize("content", [None, ""], ids=["missing", "empty"])
def test_a_named_file_that_is_not_there_is_passed_over(
    tmp_path: Path, content: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "named.json"
    if content is not None:
        path.write_text(content)
    assert load(tmp_path, {"config_file": str(path)}, config={"SERVER_PORT": 2222}).port == 2222
    path.with_name("config.json").unlink()
    assert load(tmp_path, {"config_file": str(path)}).port == 5001
    assert caplog.messages == [f"The config file {path} does not exist or is empty; it is ignored."]


@pytest.mark.parametrize("content", ["{", "[1]", '"text"', "\xff", "{'a': 1}"])
def test_a_config_file_that_is_no_json_object(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.json").write_text(content, "latin-1")
    with pytest.raises(SettingsError, match=r"^Invalid config file!: ") as caught:
        load(tmp_path)
    assert str(tmp_path / "config.json") in str(caught.value)
    assert caught.value.exit_code == 3


def test_unknown_keys_are_named_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "azmlinfsrv"):
        load(tmp_path, environ={"OTHER": "x"}, config={"SERVICE_NAME": "n", "B": 1, "A": 2})
    message = "Found extra keys in the config file that are not supported by the server.\nExtra keys = ['A', 'B']"
    assert caplog.messages == [message]


def test_all_wrong_values_are_reported_together(tmp_path: Path) -> None:
    environ = {"SCORING_TIMEOUT_MS": "soon", "AZUREML_DEBUG_PORT": "0"}
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, {"port": "70000"}, environ, {"WORKER_COUNT": -1, "AML_APP_INSIGHTS_ENABLED": "maybe"})
    port, whole = "expected a port number from 1 to 65535", "expected a whole number of at least 1"
    assert str(caught.value).split("\n") == [
        BANNER,
        f"SERVER_PORT: {port}, got '70000' (command line: --port)",
        f"WORKER_COUNT: {whole}, got -1 (config file: {tmp_path / 'config.json'}: WORKER_COUNT)",
        f"SCORING_TIMEOUT_MS: {whole}, got 'soon' (environment variable: SCORING_TIMEOUT_MS)",
        f"AZUREML_DEBUG_PORT: {port}, got '0' (environment variable: AZUREML_DEBUG_PORT)",
        "AML_APP_INSIGHTS_ENABLED: expected true or false, got 'maybe' "
        f"(config file: {tmp_path / 'config.json'}: AML_APP_INSIGHTS_ENABLED)",
    ]


@pytest.mark.parametrize("text", ["models/m/1", "./models", "/abs/", "models/../other", " "])
def test_the_model_directory_stays_as_it_is_written(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, {"model_dir": text}).model_dir == text
    assert load(tmp_path, environ={"AZUREML_MODEL_DIR": text}).model_dir == text
    assert load(tmp_path, config={"AZUREML_MODEL_DIR": text}).model_dir == text


def test_a_script_of_the_command_line_is_relative_to_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "real.py").touch()
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")
    settings = load_settings({"entry_script": "link.py"}, {"AML_APP_ROOT": "/app"}, str(tmp_path))
    assert settings.entry_script == str(tmp_path / "real.py")


def test_a_script_from_elsewhere_is_relative_to_the_application_root(tmp_path: Path) -> None:
    environ = {"AML_APP_ROOT": "/app", "AZUREML_ENTRY_SCRIPT": "sub/score.py"}
    assert load(tmp_path, environ=environ).entry_script == "/app/sub/score.py"
    assert load(tmp_path, environ={"AZUREML_ENTRY_SCRIPT": "/abs/score.py"}).entry_script == "/abs/score.py"
    config = {"AML_APP_ROOT": "/elsewhere", "AZUREML_ENTRY_SCRIPT": "score.py"}
    assert load(tmp_path, config=config).entry_script == "/elsewhere/score.py"


def test_the_application_root_is_absolute(tmp_path: Path) -> None:
    assert load(tmp_path, environ={"AML_APP_ROOT": "app"}).app_root == str(tmp_path / "app")


def test_an_insights_key_of_the_command_line_enables_it(tmp_path: Path) -> None:
    assert load(tmp_path, {"app_insights_key": "k"}).has_app_insights is True
    assert load(tmp_path, environ={"AML_APP_INSIGHTS_KEY": "k"}).has_app_insights is False


@pytest.mark.parametrize(
    ("scoring_ms", "worker_s", "expected"), [("500", "300", 500), ("3600000", "2", 2000), ("3600000", "0", 3600000)]
)
def test_the_shorter_time_out_counts(tmp_path: Path, scoring_ms: str, worker_s: str, expected: int) -> None:
    environ = {"SCORING_TIMEOUT_MS": scoring_ms, "WORKER_TIMEOUT": worker_s}
    assert load(tmp_path, environ=environ).timeout_ms == expected


def test_show_settings_gives_value_and_origin_and_hides_secrets(tmp_path: Path) -> None:
    environ = {"AML_APP_INSIGHTS_KEY": "secret-key", "service_name": "mine"}
    lines = show_settings(load(tmp_path, {"port": "7000"}, environ)).split("\n")
    assert [line.split()[0] for line in lines] == [option.env[0] for option in options()]
    shown = {line.split()[0]: " ".join(line.split()[1:]) for line in lines}
    assert shown["SERVER_PORT"] == "7000 command line: --port"
    assert shown["SERVICE_NAME"] == "mine environment variable: SERVICE_NAME"
    assert shown["AML_APP_INSIGHTS_KEY"] == "*** environment variable: AML_APP_INSIGHTS_KEY"
    assert shown["WORKER_PRELOAD"] == "false default"
    assert shown["AZUREML_MODEL_DIR"] == "(not set) default"
    assert "secret-key" not in "\n".join(lines)
