"""Reads the settings from their four sources: command line > environment > config file > default.

The config file is the first of: the one that was named, `config.json` in the application root, `config.json` beside
the entry script. Environment names are read whatever their case. All wrong values are reported together.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scoring_runtime.errors import SettingsError
from scoring_runtime.settings import Option, Settings, options
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)

BANNER = "===============Configuration Error================="

Given = tuple[Any, str]
"""A value as it was written, and where."""


def load_settings(flags: Mapping[str, str], environ: Mapping[str, str], cwd: str) -> Settings:
    """The settings of one start. `flags` holds what the command line gave, by option name. Raises SettingsError."""
    lowered = {name.lower(): value for name, value in environ.items()}
    given = {option.name: found for option in options() if (found := _given(option, flags, lowered))}
    app_root = os.path.abspath(given["app_root"][0]) if "app_root" in given else cwd
    path, values = _config_file(given, app_root)
    for option in options():
        for name in option.env:
            if option.name not in given and values.get(name) is not None:
                given[option.name] = (values[name], f"config file: {path}: {name}")
    if "app_root" in given:
        app_root = os.path.abspath(_as_text(given["app_root"][0]))
    return _parsed(given, app_root)


def _given(option: Option, flags: Mapping[str, str], environ: Mapping[str, str]) -> Given | None:
    if option.name in flags:
        return flags[option.name], f"command line: {option.flags[0]}"
    for name in option.env:
        if environ.get(name.lower()):  # an empty variable counts as not set
            return environ[name.lower()], f"environment variable: {name}"
    return None


def _parsed(given: Mapping[str, Given], app_root: str) -> Settings:
    values: dict[str, Any] = {}
    faults = []
    for option in options():
        if option.name in given:
            raw, origin = given[option.name]
            try:
                values[option.name] = option.parse(_as_text(raw))
            except ValueError as error:
                shown = "***" if option.is_secret else repr(raw)
                faults.append(f"{_name_of(option)}: {error}, got {shown} ({origin})")
    if faults:
        raise SettingsError("\n".join([BANNER, *faults]))
    values["app_root"] = app_root
    if values.get("entry_script"):
        values["entry_script"] = _script_path(values["entry_script"], given["entry_script"][1], app_root)
    if "app_insights_key" in given and given["app_insights_key"][1].startswith("command line"):
        values["has_app_insights"] = True
        given = {**given, "has_app_insights": given["app_insights_key"]}
    return Settings(**values, origins={name: origin for name, (_, origin) in given.items()})


def _name_of(option: Option) -> str:
    return option.env[0] if option.env else option.flags[0]


def _as_text(value: Any) -> str:
    """A JSON value of a config file as it would be written in the environment."""
    return value if isinstance(value, str) else json.dumps(value)


def _script_path(script: str, origin: str, app_root: str) -> str:
    """A path from the command line is relative to the current folder, one from elsewhere to the application root."""
    if origin.startswith("command line"):
        return os.path.realpath(script)
    return os.path.join(app_root, script)


def _config_file(given: Mapping[str, Given], app_root: str) -> tuple[str, dict[str, Any]]:
    for path in _config_candidates(given, app_root):
        if path.is_file() and path.stat().st_size > 0:
            return str(path), _read_config(path)
    if "config_file" in given:
        logger.warning("The config file %s does not exist or is empty; it is ignored.", given["config_file"][0])
    return "", {}


def _config_candidates(given: Mapping[str, Given], app_root: str) -> Iterator[Path]:
    if "config_file" in given:
        yield Path(given["config_file"][0])
    yield Path(app_root, "config.json")
    if "entry_script" in given:
        script, origin = given["entry_script"]
        yield Path(_script_path(script, origin, app_root)).parent / "config.json"


def _read_config(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_bytes())
    except (ValueError, OSError) as error:
        raise SettingsError(f"Invalid config file!: {path}: {error}. Correct the file, or remove it.") from None
    if not isinstance(values, dict):
        raise SettingsError(f"Invalid config file!: {path} must hold a JSON object, not {type(values).__name__}.")
    known = {name for option in options() for name in option.env}
    if extra := sorted(set(values) - known):
        logger.warning(
            "Found extra keys in the config file that are not supported by the server.\nExtra keys = %s",
            extra,
        )
    return values
