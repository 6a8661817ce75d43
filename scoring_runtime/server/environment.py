"""What scripts find in os.environ: the names that the original's launcher sets, with the values in force."""

from __future__ import annotations

from scoring_runtime import __version__
from scoring_runtime.settings import Settings


def server_version(settings: Settings) -> str:
    return settings.server_version or f"scoring_runtime/{__version__}"


def shown_health_port(settings: Settings) -> int:
    """The port on which the liveness probe is answered, as the banner and HEALTH_PORT tell it."""
    return settings.health_port if settings.has_health_port else settings.port


def exported(settings: Settings) -> dict[str, str]:
    """Names and values to set; a setting that was not given leaves its name absent."""
    values = {
        "AML_APP_ROOT": settings.app_root,
        "AZUREML_ENTRY_SCRIPT": settings.entry_script,
        "AZUREML_MODEL_DIR": settings.model_dir,
        "AZUREML_CONFIG_FILE": settings.config_file,
        "AML_APP_INSIGHTS_ENABLED": "true" if settings.has_app_insights else "false",
        "AML_APP_INSIGHTS_KEY": settings.app_insights_key,
        "AML_CORS_ORIGINS": settings.cors_origins,
        "SERVER_PORT": str(settings.port),
        "HEALTH_PORT": str(shown_health_port(settings)),
        "WORKER_COUNT": str(settings.worker_count),
        "HTTP_X_MS_SERVER_VERSION": server_version(settings),
    }
    return {name: value for name, value in values.items() if value is not None}
