"""What scripts find in os.environ: the names that the original's launcher sets, with the values in force."""

from __future__ import annotations

import os

from scoring_runtime import __version__
from scoring_runtime.settings import Settings
from scoring_runtime.telemetry.insights_key import connection_in_force


def server_version(settings: Settings) -> str:
    return settings.server_version or f"scoring_runtime/{__version__}"


def shown_health_port(settings: Settings) -> int:
    """The port on which the liveness probe is answered, as the banner and HEALTH_PORT tell it."""
    return settings.health_port if settings.has_health_port else settings.port


def _is_from_environment(settings: Settings, name: str) -> bool:
    """Whether a name is in os.environ already, as its user wrote it."""
    return settings.origins.get(name, "").startswith("environment")


def insights_connection(settings: Settings) -> str | None:
    """The connection string in force; None without a valid key."""
    return connection_in_force(settings.app_insights_key, settings.app_insights_connection_string)


def wants_insights(settings: Settings) -> bool:
    return settings.has_app_insights and insights_connection(settings) is not None


def insights_notices(settings: Settings) -> list[str]:
    """What the launch says about the key of Application Insights."""
    is_key_given = settings.app_insights_key or settings.app_insights_connection_string
    if not (settings.has_app_insights and is_key_given):
        return []
    if not wants_insights(settings):
        return [
            "Invalid Application Insights instrumentation key provided.",
            "Application Insights has been disabled.",
        ]
    return ["Valid Application Insights instrumentation key provided."]


def exported(settings: Settings) -> dict[str, str]:
    """Names and values to set; a setting that was not given leaves its name absent."""
    values = {
        "AML_APP_ROOT": None if _is_from_environment(settings, "app_root") else settings.app_root,
        "AZUREML_ENTRY_SCRIPT": settings.entry_script,
        "AZUREML_MODEL_DIR": settings.model_dir,
        "AZUREML_CONFIG_FILE": os.path.realpath(settings.config_file) if settings.config_file else None,
        "AML_APP_INSIGHTS_ENABLED": "true" if wants_insights(settings) else "false",
        "AML_APP_INSIGHTS_KEY": settings.app_insights_key,
        "AML_CORS_ORIGINS": settings.cors_origins,
        "SERVER_PORT": str(settings.port),
        "HEALTH_PORT": str(shown_health_port(settings)),
        "WORKER_COUNT": str(settings.worker_count),
        "HTTP_X_MS_SERVER_VERSION": server_version(settings),
    }
    return {name: value for name, value in values.items() if value is not None}
