"""What a worker is told first, as JSON: the settings in force, and whether it takes the place of others."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from scoring_runtime.settings import Settings


def setup_of(settings: Settings, is_reload: bool) -> dict[str, Any]:
    """What `read` understands, of plain values."""
    values = {**asdict(replace(settings, origins={})), "origins": {**settings.origins}}
    return {"settings": values, "is_reload": is_reload}


def read(setup: dict[str, Any]) -> tuple[Settings, bool]:
    """The settings, and whether the script is loaded anew."""
    return Settings(**setup["settings"]), setup["is_reload"]
