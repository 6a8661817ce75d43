"""The name that generated AutoML scripts pass to `log_server.enable_telemetry`."""

from __future__ import annotations

INSTRUMENTATION_KEY = "00000000-0000-0000-0000-000000000000"
