"""The declarations themselves: each option once, its text, and its row in the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from scoring_runtime import setting_values
from scoring_runtime.settings import Option, Settings, options
from scoring_runtime.settings_report import settings_table

# Names of the original server, spelling included.
ORIGINAL_NAMES = {
    "AML_APP_ROOT", "AZUREML_ENTRY_SCRIPT", "AZUREML_SOURCE_DIRECTORY", "AZUREML_MODEL_DIR", "AZUREML_CONFIG_FILE",
    "SERVER_PORT", "HEALTH_PORT", "WORKER_COUNT", "WORKER_TIMEOUT", "WORKER_PRELOAD", "SCORING_TIMEOUT_MS",
    "SERVICE_NAME", "SERVICE_VERSION", "SERVICE_PATH_PREFIX", "WORKSPACE_NAME", "HOSTNAME", "AZUREML_LOG_LEVEL",
    "AML_APP_INSIGHTS_ENABLED", "AML_APP_INSIGHTS_KEY", "APP_INSIGHTS_LOG_RESPONSE_ENABLED",
    "AML_MDC_STORAGE_ENABLED", "AML_MODEL_DC_STORAGE_ENABLED", "AML_CORS_ORIGINS", "AZUREML_DEBUG_PORT",
    "SERVER_VERSION_LOG_RESPONSE_ENABLED", "HTTP_X_MS_SERVER_VERSION", "SEPERATE_HEALTH_ENDPOINT",
}  # fmt: skip
ORIGINAL_FLAGS = {
    "--entry_script", "--model_dir", "--port", "--health_port", "--worker_count",
    "--appinsights_instrumentation_key", "--access_control_allow_origins", "--config_file",
}  # fmt: skip


def test_the_originals_names_and_flags_are_there() -> None:
    assert {name for option in options() for name in option.env} >= ORIGINAL_NAMES
    assert {flag for option in options() for flag in option.flags} >= ORIGINAL_FLAGS


def test_no_name_is_declared_twice() -> None:
    names = Counter(name for option in options() for name in (*option.env, *option.flags))
    assert {name for name, count in names.items() if count > 1} == set()


def test_every_field_but_the_origins_is_an_option() -> None:
    assert [option.name for option in options()] == [name for name in Settings.__annotations__ if name != "origins"]


@pytest.mark.parametrize("option", options(), ids=lambda option: option.name)
def test_an_option_can_be_given_and_is_explained(option: Option) -> None:
    assert option.env or option.flags
    assert option.help
    assert option.default is None or option.parse(str(option.default)) == option.default


def test_what_holds_the_key_is_secret_and_nothing_else() -> None:
    secrets = [option.name for option in options() if option.is_secret]
    assert secrets == ["app_insights_key", "app_insights_connection_string"]


def test_the_table_has_a_row_for_each_option() -> None:
    head, rule, *rows = settings_table().split("\n")
    assert head.count("|") == rule.count("|") == 5
    assert len(rows) == len(options())
    assert "| `--port` | `SERVER_PORT` | `5001` | the port to listen on |" in rows
    assert all(row.count("|") == 5 for row in rows)


@pytest.mark.parametrize(
    ("parse", "accepted", "refused"),
    [
        (
            setting_values.boolean,
            {"true": True, "T": True, "1": True, "yes": True, "ON": True, "n": False, "off": False, " False ": False},
            ["", "2", "ja", "tru"],
        ),
        (setting_values.percentage, {"0": 0, "100": 100, "0.5": 0.5}, ["-1", "100.1", "nan", "inf", "x", ""]),
        (setting_values.port_number, {"1": 1, "65535": 65535}, ["0", "65536", "-1", "abc", "", "1.5"]),
        (setting_values.port_or_zero, {"0": 0, "1": 1}, ["65536", "-1", ""]),
        (setting_values.one_of("text", "json"), {"text": "text", " JSON ": "json"}, ["", "xml", "textjson"]),
        (setting_values.whole_number, {"0": 0, "1": 1}, ["-1", "x", ""]),
        (setting_values.at_least(5), {"5": 5, " 6 ": 6}, ["4", "0", "-5", "x", "", "5.0"]),
        (
            setting_values.http_url,
            {"http://h:1": "http://h:1", "https://h/v1": "https://h/v1"},
            ["foo", "ftp://x", "http:", ""],
        ),
        (setting_values.positive_int, {"1": 1, "99999999999": 99999999999}, ["0", "-1", "x", "", "1e3"]),
        (setting_values.exactly_true, {"true": True, "TRUE": False, "1": False, "": False}, []),
        (setting_values.loose_true, {"true": True, "TRUE": True, "1": False, "": False}, []),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_kinds_of_values(parse: Callable[[str], Any], accepted: dict[str, Any], refused: list[str]) -> None:
    assert {text: parse(text) for text in accepted} == accepted
    for text in refused:
        with pytest.raises(ValueError, match=r"^expected "):
            parse(text)
