"""What the server prints at launch, in the words and the order of the original (pure text)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_RULE = "-" * 15


@dataclass(frozen=True)
class BannerSettings:
    """The settings that the banner shows; None is a setting that nobody has set."""

    version: str
    entry_script: str | None
    model_dir: str | None
    config_file: str | None
    worker_count: int
    worker_timeout_s: int | None
    server_port: int
    health_port: int
    is_app_insights_enabled: bool
    # The key itself must never be printed, so it does not come here.
    has_app_insights_key: bool
    server_version: str
    cors_origins: str | None
    # SEPERATE_HEALTH_ENDPOINT as it is in the environment.
    health_endpoint: str | None


def launch_text(settings: BannerSettings, notices: Sequence[str] = ()) -> str:
    """All of it; `notices` are the lines of other parts that come before the title."""
    missing = missing_model_dir_lines(settings)
    parts = [f"{line}\n" for line in (*missing, *notices)]
    return "".join([*parts, title(settings), settings_block(settings), routes_block(settings)])


def missing_model_dir_lines(settings: BannerSettings) -> tuple[str, ...]:
    """The hint for those who have not named a model directory."""
    if settings.model_dir is not None:
        return ()
    return (
        "The environment variable 'AZUREML_MODEL_DIR' has not been set.",
        "Use the --model_dir command line argument to set it.",
    )


def title(settings: BannerSettings) -> str:
    """The line with the server's name and version."""
    return f"\nAzure ML Inferencing HTTP server v{settings.version} (scoring_runtime)\n\n"


def settings_block(settings: BannerSettings) -> str:
    """The `Server Settings` block."""
    origins = settings.cors_origins
    values: dict[str, object] = {
        "Entry Script Name": settings.entry_script,
        "Model Directory": settings.model_dir,
        "Config File": settings.config_file,
        "Worker Count": settings.worker_count,
        "Worker Timeout (seconds)": settings.worker_timeout_s,
        "Server Port": settings.server_port,
        "Health Port": settings.health_port,
        "Application Insights Enabled": str(settings.is_app_insights_enabled).lower(),
        "Application Insights Key": "AppInsights key provided" if settings.has_app_insights_key else None,
        "Inferencing HTTP server version": settings.server_version,
        "CORS for the specified origins": None if origins is None else f"Enabling CORS for {origins}",
        "Create dedicated endpoint for health": settings.health_endpoint,
    }
    return _block("Server Settings", [f"{label}: {value}" for label, value in values.items()])


def routes_block(settings: BannerSettings) -> str:
    """The `Server Routes` block."""
    return _block(
        "Server Routes",
        [
            f"Liveness Probe: GET   127.0.0.1:{settings.health_port}/",
            f"Score:          POST  127.0.0.1:{settings.server_port}/score",
        ],
    )


def _block(head: str, lines: Sequence[str]) -> str:
    return "\n".join(["", head, _RULE, *lines, "", ""])
