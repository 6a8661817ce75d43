"""What is printed at launch, line by line as the original prints it."""

from __future__ import annotations

from dataclasses import fields, replace

from scoring_runtime.telemetry.banner import BannerSettings, launch_text, settings_block

PLAIN = BannerSettings(
    version="0.1.0",
    entry_script="/app/score.py",
    model_dir=None,
    config_file=None,
    worker_count=1,
    worker_timeout_s=None,
    server_port=5001,
    health_port=5001,
    is_app_insights_enabled=False,
    has_app_insights_key=False,
    server_version="azmlinfsrv/0.1.0",
    cors_origins=None,
    health_endpoint=None,
)
FULL = replace(
    PLAIN,
    model_dir="azureml-models/m/1",
    config_file="/app/config.json",
    worker_timeout_s=33,
    health_port=5002,
    is_app_insights_enabled=True,
    has_app_insights_key=True,
    cors_origins="a.com, b.com",
    health_endpoint="true",
)


def test_a_plain_launch() -> None:
    assert launch_text(PLAIN) == (
        "The environment variable 'AZUREML_MODEL_DIR' has not been set.\n"
        "Use the --model_dir command line argument to set it.\n"
        "\n"
        "Azure ML Inferencing HTTP server v0.1.0 (scoring_runtime)\n"
        "\n"
        "\n"
        "Server Settings\n"
        "---------------\n"
        "Entry Script Name: /app/score.py\n"
        "Model Directory: None\n"
        "Config File: None\n"
        "Worker Count: 1\n"
        "Worker Timeout (seconds): None\n"
        "Server Port: 5001\n"
        "Health Port: 5001\n"
        "Application Insights Enabled: false\n"
        "Application Insights Key: None\n"
        "Inferencing HTTP server version: azmlinfsrv/0.1.0\n"
        "CORS for the specified origins: None\n"
        "Create dedicated endpoint for health: None\n"
        "\n"
        "\n"
        "Server Routes\n"
        "---------------\n"
        "Liveness Probe: GET   127.0.0.1:5001/\n"
        "Score:          POST  127.0.0.1:5001/score\n"
        "\n"
    )


def test_settings_that_are_set() -> None:
    assert settings_block(FULL).splitlines()[4:] == [
        "Model Directory: azureml-models/m/1",
        "Config File: /app/config.json",
        "Worker Count: 1",
        "Worker Timeout (seconds): 33",
        "Server Port: 5001",
        "Health Port: 5002",
        "Application Insights Enabled: true",
        "Application Insights Key: AppInsights key provided",
        "Inferencing HTTP server version: azmlinfsrv/0.1.0",
        "CORS for the specified origins: Enabling CORS for a.com, b.com",
        "Create dedicated endpoint for health: true",
        "",
    ]


def test_the_health_port_is_in_the_routes() -> None:
    assert "Liveness Probe: GET   127.0.0.1:5002/\nScore:          POST  127.0.0.1:5001/score\n" in (launch_text(FULL))


def test_notices_stand_between_the_model_directory_and_the_title() -> None:
    notice = "Valid Application Insights instrumentation key provided."
    assert launch_text(PLAIN, [notice]).splitlines()[1:5] == [
        "Use the --model_dir command line argument to set it.",
        notice,
        "",
        "Azure ML Inferencing HTTP server v0.1.0 (scoring_runtime)",
    ]
    assert launch_text(FULL).startswith("\nAzure ML")


def test_no_field_can_hold_a_key() -> None:
    assert [each.name for each in fields(BannerSettings) if "key" in each.name] == ["has_app_insights_key"]
    assert type(FULL.has_app_insights_key) is bool
