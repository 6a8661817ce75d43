"""What the log says first: the launch text of the original, the core budget, and a warning to whom it concerns."""

from __future__ import annotations

import logging
import os

from scoring_runtime import __version__
from scoring_runtime.server import environment
from scoring_runtime.server.sockets import is_loopback
from scoring_runtime.settings import Settings
from scoring_runtime.telemetry import logs
from scoring_runtime.telemetry.banner import BannerSettings, launch_text
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.output import BoundedWriter

logger = logging.getLogger(LOGGER)


def announce(settings: Settings, out: BoundedWriter, err: BoundedWriter, budget_text: str) -> None:
    """Configures logging and says what is being started."""
    script_dir = os.path.dirname(settings.entry_script) if settings.entry_script else None
    logs.configure(settings.app_root, script_dir, out, err, settings.log_level, settings.log_format)
    banner = launch_text(_banner_settings(settings), environment.insights_notices(settings))
    if settings.log_format == logs.JSON:
        logger.info("%s", banner.strip())
    else:
        out.write(banner)
    logger.info("%s", budget_text)
    if not is_loopback(settings.host):
        logger.warning(
            "The server listens on %s without authentication: everybody who can reach it can use it.",
            settings.host,
        )


def _banner_settings(settings: Settings) -> BannerSettings:
    return BannerSettings(
        version=__version__,
        entry_script=settings.entry_script,
        model_dir=settings.model_dir,
        config_file=settings.config_file,
        worker_count=settings.worker_count,
        worker_timeout_s=settings.worker_timeout_s if "worker_timeout_s" in settings.origins else None,
        server_port=settings.port,
        health_port=environment.shown_health_port(settings),
        is_app_insights_enabled=environment.wants_insights(settings),
        has_app_insights_key=settings.app_insights_key is not None,
        server_version=environment.server_version(settings),
        cors_origins=settings.cors_origins,
        health_endpoint="true" if settings.has_health_port else None,
    )
