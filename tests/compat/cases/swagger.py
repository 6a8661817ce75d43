"""Swagger documents: versions, service settings, documents of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.compat import deviations
from tests.compat.case import Body, Case, Group, Request, Setup

VERSIONS = ("2", "3", "3.1", "2.0", "3.0", "3.1.0", "", "1", "abc", "2.1", "03", "2%20", "-2", "'", "2&version=3")


def _ask(query: str = "") -> Request:
    return Request("GET", f"/swagger.json{query}")


DOCUMENTS = (
    Case("default", _ask(), Body.JSON),
    *(Case(f"version {version}", _ask(f"?version={version}"), Body.JSON) for version in VERSIONS),
)
ESSENTIAL = DOCUMENTS[:4]
EVERY_BYTE = tuple(Case(f"{case.name}, byte by byte", case.request) for case in ESSENTIAL)
DECORATED = (
    "full_schema.py",
    "mixed_list.py",
    "numpy_required.py",
    "pandas_frame.py",
    "pandas_orients.py",
    "nested.py",
    "required.py",
    "standard_types.py",
    "numpy_types.py",
)
PREPARED = r"Swaggers are prepared for the following versions: \[2, 3, 3\.1\]\."
SKIPPED = r"Swaggers are prepared for versions \[3, 3\.1\] and skipped for versions \[2\]\."

SERVICES: Mapping[str, Mapping[str, str]] = {
    "name, version and prefix": {
        "SERVICE_NAME": "Diabetes é",
        "SERVICE_VERSION": "2.5-beta",
        "SERVICE_PATH_PREFIX": "api/v1",
    },
    "prefix with slashes": {"SERVICE_PATH_PREFIX": "//a/b//"},
}
OVERRIDES: Mapping[str, Mapping[str, str]] = {
    "swagger.json": {"swagger.json": '{"own": 2, "é": 1.0}'},
    "swagger2.json": {"swagger2.json": '{"own": 2}'},
    "both for 2": {"swagger.json": '{"own": "first"}', "swagger2.json": '{"own": "second"}'},
    "3 and 3.1": {"swagger3.json": '["own"]', "swagger3.1.json": '"own"'},
    "falsy": {"swagger.json": "{}", "swagger3.json": "[]"},
    "in the script's folder": {"sub/swagger.json": '{"own": 2}'},
}

EMPTY = Setup("echo.py", environment={"SERVICE_NAME": "", "SERVICE_VERSION": "", "SERVICE_PATH_PREFIX": ""})

GROUPS = (
    Group(
        "swagger / service: empty",
        EMPTY,
        tuple(replace(case, deviation=deviations.EMPTY_VARIABLE) for case in ESSENTIAL),
    ),
    Group("swagger / undecorated", Setup("echo.py"), (*DOCUMENTS, *EVERY_BYTE), lines=(PREPARED,)),
    Group("swagger / raw", Setup("raw_request.py"), ESSENTIAL),
    Group("swagger / output only", Setup("output_only.py"), ESSENTIAL),
    *(
        Group(
            f"swagger / {script.removesuffix('.py')}",
            Setup(script),
            (*ESSENTIAL, *EVERY_BYTE),
            lines=(SKIPPED if script == "mixed_list.py" else r"Swaggers are prepared for",),
        )
        for script in DECORATED
    ),
    *(
        Group(f"swagger / service: {name}", Setup("echo.py", environment=values), (*ESSENTIAL, Case("score", _ask())))
        for name, values in SERVICES.items()
    ),
    *(
        Group(f"swagger / own: {name}", Setup("mixed_list.py", files=files), ESSENTIAL)
        for name, files in OVERRIDES.items()
    ),
)
