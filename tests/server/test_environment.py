"""What scripts find in os.environ."""

from __future__ import annotations

import os
from typing import Any

import pytest

from scoring_runtime import __version__
from scoring_runtime.server.environment import (
    exported,
    insights_notices,
    server_version,
    shown_health_port,
    wants_insights,
)
from scoring_runtime.settings import Settings

KEY = "00000000-1111-2222-3333-444444444444"
ALWAYS = {
    "AML_APP_ROOT": "/app",
    "AML_APP_INSIGHTS_ENABLED": "false",
    "SERVER_PORT": "5001",
    "HEALTH_PORT": "5001",
    "WORKER_COUNT": "1",
    "HTTP_X_MS_SERVER_VERSION": f"scoring_runtime/{__version__}",
}


def test_names_that_were_not_given_are_absent() -> None:
    assert exported(Settings(app_root="/app")) == ALWAYS


@pytest.mark.parametrize(
    ("values", "name", "value"),
    [
        ({"entry_script": "/app/score.py"}, "AZUREML_ENTRY_SCRIPT", "/app/score.py"),
        ({"model_dir": "azureml-models/m/1"}, "AZUREML_MODEL_DIR", "azureml-models/m/1"),
        ({"cors_origins": "*"}, "AML_CORS_ORIGINS", "*"),
        ({"has_app_insights": True, "app_insights_key": KEY}, "AML_APP_INSIGHTS_ENABLED", "true"),
        ({"has_app_insights": True, "app_insights_key": "no uuid"}, "AML_APP_INSIGHTS_ENABLED", "false"),
        ({"has_app_insights": True}, "AML_APP_INSIGHTS_ENABLED", "false"),
        ({"app_insights_key": "key"}, "AML_APP_INSIGHTS_KEY", "key"),
        ({"port": 8080}, "SERVER_PORT", "8080"),
        ({"port": 8080}, "HEALTH_PORT", "8080"),
        ({"has_health_port": True}, "HEALTH_PORT", "5000"),
        ({"server_version": "own/2"}, "HTTP_X_MS_SERVER_VERSION", "own/2"),
    ],
)
def test_values_in_force(values: dict[str, Any], name: str, value: str) -> None:
    assert exported(Settings(app_root="/app", **values))[name] == value


def test_the_config_file_is_absolute() -> None:
    values = exported(Settings(app_root="/app", config_file="settings/config.json"))
    assert values["AZUREML_CONFIG_FILE"] == os.path.realpath("settings/config.json")


def test_the_health_port_is_the_servers_unless_it_has_its_own() -> None:
    assert shown_health_port(Settings(port=7000)) == 7000
    assert shown_health_port(Settings(port=7000, has_health_port=True, health_port=7001)) == 7001


def test_an_application_root_of_the_environment_stays_as_its_user_wrote_it() -> None:
    settings = Settings(app_root="/app", origins={"app_root": "environment variable: AML_APP_ROOT"})
    assert "AML_APP_ROOT" not in exported(settings)


CONNECTION = f"InstrumentationKey={KEY};IngestionEndpoint=http://127.0.0.1:1/"


@pytest.mark.parametrize(
    ("values", "is_wanted", "first_word"),
    [
        ({}, False, None),
        ({"app_insights_key": KEY}, False, None),
        ({"app_insights_connection_string": CONNECTION}, False, None),
        ({"has_app_insights": True}, False, None),
        ({"has_app_insights": True, "app_insights_key": KEY}, True, "Valid"),
        ({"has_app_insights": True, "app_insights_connection_string": CONNECTION}, True, "Valid"),
        ({"has_app_insights": True, "app_insights_key": "no uuid"}, False, "Invalid"),
        ({"has_app_insights": True, "app_insights_connection_string": "no key"}, False, "Invalid"),
    ],
)
def test_the_launch_says_what_becomes_of_an_insights_key(
    values: dict[str, Any], is_wanted: bool, first_word: str | None
) -> None:
    settings = Settings(**values)
    notices = insights_notices(settings)
    assert wants_insights(settings) is is_wanted
    assert notices[:1] == ([f"{first_word} Application Insights instrumentation key provided."] if first_word else [])
    assert notices[1:] == (["Application Insights has been disabled."] if first_word == "Invalid" else [])


def test_server_version() -> None:
    assert server_version(Settings()) == f"scoring_runtime/{__version__}"
    assert server_version(Settings(server_version="x")) == "x"
