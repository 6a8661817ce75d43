"""Settings: environment, config.json and its places, command line, ports, the version header."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.compat import deviations
from tests.compat.case import Body, Case, Group, Request, Setup, post

ASK = (Case("seen by the script", post("x")),)
FROM_FILE = (Case("seen by the script", post("x"), deviation=deviations.MODEL_DIR_OF_CONFIG),)
TITLE = (Case("service name", Request("GET", "/swagger.json"), Body.JSON),)
VERSIONED = (
    Case("version header", post("x")),
    Case("ids beside the version", post("x", headers=(("x-request-id", "a"),))),
    Case("version header of health", Request("GET", "/")),
    Case("no version header on 404", Request("GET", "/nowhere")),
)


def _config(**values: object) -> str:
    return json.dumps(values)


SEEN: Mapping[str, Setup] = {
    "nothing set": Setup("settings.py"),
    "model_dir, relative": Setup("settings.py", arguments=("--model_dir", "models/a/1")),
    "model_dir over environment": Setup(
        "settings.py", arguments=("--model_dir", "cli"), environment={"AZUREML_MODEL_DIR": "env"}
    ),
    "model dir from environment": Setup("settings.py", environment={"AZUREML_MODEL_DIR": "env"}),
    "script in a sub-folder": Setup("settings.py", place="sub/score.py", entry="sub/score.py"),
    "script through dots": Setup("settings.py", entry="sub/../score.py", files={"sub/x.txt": ""}),
    "application root": Setup("settings.py", environment={"AML_APP_ROOT": "."}),
    "prefix of a flag": Setup("settings.py", arguments=("--model", "short")),
    "entry script of the environment": Setup("settings.py", environment={"AZUREML_ENTRY_SCRIPT": "other.py"}),
    "insights without a key": Setup("settings.py", environment={"AML_APP_INSIGHTS_ENABLED": "true"}),
    "bad insights key": Setup("settings.py", arguments=("--appinsights_instrumentation_key", "not-a-key")),
    "origins": Setup("settings.py", arguments=("--access_control_allow_origins", "a,b")),
}

BESIDE = {"config.json": _config(SERVICE_NAME="root"), "sub/config.json": _config(SERVICE_NAME="beside")}
CONFIGS: Mapping[str, Setup] = {
    "in the root": Setup("echo.py", files={"config.json": _config(SERVICE_NAME="root", SERVICE_VERSION="7")}),
    "beside the script": Setup(
        "echo.py", "sub/score.py", {"sub/config.json": BESIDE["sub/config.json"]}, "sub/score.py"
    ),
    "root before beside": Setup("echo.py", "sub/score.py", BESIDE, "sub/score.py"),
    "named": Setup("echo.py", files={"own.json": _config(SERVICE_NAME="own")}, arguments=("--config_file", "own.json")),
    "named, with another in the root": Setup(
        "echo.py",
        files={**BESIDE, "own.json": _config(SERVICE_VERSION="1.5")},
        arguments=("--config_file", "own.json"),
    ),
    "by environment": Setup(
        "echo.py", files={"own.json": _config(SERVICE_NAME="own")}, environment={"AZUREML_CONFIG_FILE": "own.json"}
    ),
    "named but missing": Setup("echo.py", files=BESIDE, arguments=("--config_file", "missing.json")),
    "empty file": Setup("echo.py", files={"config.json": ""}),
    "environment first": Setup("echo.py", files=BESIDE, environment={"SERVICE_NAME": "environment"}),
    "unknown key": Setup("echo.py", files={"config.json": _config(SERVICE_NAME="root", UNKNOWN_KEY=1)}),
}

SCRIPTS: Mapping[str, Setup] = {
    "entry script of the file": Setup(
        "echo.py",
        entry=None,
        files={"own.json": _config(AZUREML_ENTRY_SCRIPT="score.py")},
        arguments=("--config_file", "own.json"),
    ),
    "fall back to main.py": Setup(
        "echo.py", place="main.py", entry=None, files={"own.json": "{}"}, arguments=("--config_file", "own.json")
    ),
}

HEALTH = tuple(
    Case(f"{request.method} {request.target} on the other port", request)
    for request in (
        Request("GET", "/", to_health_port=True),
        Request("POST", "/score", body=b"x", to_health_port=True),
        Request("GET", "/nowhere", to_health_port=True),
    )
)

SWITCHES: Mapping[str, str] = {"false": "FALSE", "true": "TRUE", "other": "1"}

GROUPS = (
    *(Group(f"settings / {name}", setup, ASK) for name, setup in SEEN.items()),
    Group(
        "settings / model dir from config",
        Setup("settings.py", files={"config.json": _config(AZUREML_MODEL_DIR="file")}),
        FROM_FILE,
    ),
    Group(
        "settings / entry script of the environment alone",
        Setup("echo.py", entry=None, environment={"AZUREML_ENTRY_SCRIPT": "score.py"}),
        deviation=deviations.SCRIPT_OF_ENVIRONMENT,
    ),
    *(Group(f"settings / config {name}", setup, TITLE) for name, setup in CONFIGS.items()),
    *(Group(f"settings / {name}", setup, ASK) for name, setup in SCRIPTS.items()),
    *(
        Group(
            f"settings / version header {name}",
            Setup("echo.py", environment={"SERVER_VERSION_LOG_RESPONSE_ENABLED": value}),
            VERSIONED,
        )
        for name, value in SWITCHES.items()
    ),
    Group(
        "settings / version header by default",
        Setup("echo.py"),
        (
            Case(
                "value",
                post("x"),
                exact_headers=frozenset({"x-ms-server-version"}),
                deviation=deviations.SERVER_VERSION,
            ),
        ),
    ),
    Group(
        "settings / health port",
        Setup(
            "echo.py",
            arguments=("--health_port", "{health_port}"),
            environment={"SEPERATE_HEALTH_ENDPOINT": "true"},
        ),
        (*HEALTH, Case("GET / on the scoring port", Request("GET", "/")), *ASK),
    ),
)
