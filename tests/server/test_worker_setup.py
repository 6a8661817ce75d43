"""The settings in force reach the worker as they are."""

from __future__ import annotations

import orjson
import pytest

from scoring_runtime.server import worker_setup
from scoring_runtime.settings_sources import load_settings


@pytest.mark.parametrize("is_reload", [False, True])
def test_settings_survive_the_way(is_reload: bool) -> None:
    environ = {"AML_APP_INSIGHTS_KEY": "secret", "WORKER_COUNT": "3", "SCORING_TIMEOUT_MS": "17"}
    settings = load_settings({"entry_script": "score.py"}, environ, "/somewhere")
    sent = orjson.loads(orjson.dumps(worker_setup.setup_of(settings, is_reload)))
    assert worker_setup.read(sent) == (settings, is_reload)
    assert settings.worker_count == 3
