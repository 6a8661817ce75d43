"""Every setting, declared once: its flag, environment names, config-file keys, default and help text.

`settings_sources` reads them (command line > environment > config file > default), `settings_report` prints them.
The environment names double as the keys of config.json. Names in capitals that the original server defined are kept
as they are, spelling included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from scoring_runtime.setting_values import (
    at_least,
    boolean,
    exactly_true,
    http_url,
    loose_true,
    one_of,
    percentage,
    port_number,
    port_or_zero,
    positive_int,
    text,
    whole_number,
)

T = TypeVar("T")
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Option:
    """How one field of Settings is given. `parse` raises ValueError with what was expected."""

    name: str
    default: Any
    help: str
    parse: Callable[[str], Any]
    flags: tuple[str, ...]
    env: tuple[str, ...]
    is_secret: bool


def _option(
    default: T,
    help: str,
    parse: Callable[[str], Any] = text,
    flags: tuple[str, ...] = (),
    env: tuple[str, ...] = (),
    is_secret: bool = False,
) -> T:
    declared = Option("", default, help, parse, flags, env, is_secret)
    declared_default: T = field(default=default, metadata={"option": declared})
    return declared_default


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The values of one start. `origins` says where each value that is not a default came from."""

    entry_script: str | None = _option(
        None,
        "the entry script; on the command line relative to the current folder, elsewhere to the application root",
        flags=("--entry_script", "--entry-script"),
        env=("AZUREML_ENTRY_SCRIPT",),
    )
    model_dir: str | None = _option(
        None,
        "the folder that the script finds in AZUREML_MODEL_DIR, given on as it is written",
        flags=("--model_dir", "--model-dir"),
        env=("AZUREML_MODEL_DIR",),
    )
    app_root: str = _option(
        "",
        "the application root: where main.py, config.json, logging.json and swagger*.json are looked for "
        "(default: the current folder)",
        flags=("--app-root",),
        env=("AML_APP_ROOT",),
    )
    source_directory: str | None = _option(
        None, "a folder below the application root to import from", env=("AZUREML_SOURCE_DIRECTORY",)
    )
    config_file: str | None = _option(
        None,
        "a JSON file with settings (else config.json in the application root or beside the script)",
        flags=("--config_file", "--config-file"),
        env=("AZUREML_CONFIG_FILE",),
    )
    host: str = _option("127.0.0.1", "the address to listen on", flags=("--host",), env=("SERVER_HOST",))
    port: int = _option(5001, "the port to listen on", parse=port_number, flags=("--port",), env=("SERVER_PORT",))
    health_port: int = _option(
        5000,
        "a second port, opened when SEPERATE_HEALTH_ENDPOINT is true",
        parse=port_number,
        flags=("--health_port", "--health-port"),
        env=("HEALTH_PORT",),
    )
    has_health_port: bool = _option(
        False,
        "listen on the health port too (exactly `true`)",
        parse=exactly_true,
        env=("SEPERATE_HEALTH_ENDPOINT",),
    )
    worker_count: int = _option(
        1,
        "worker processes, each with the script loaded; 1: the script runs in the server's own process",
        parse=positive_int,
        flags=("--worker_count", "--workers"),
        env=("WORKER_COUNT",),
    )
    runner: str = _option(
        "auto",
        "where the script runs: `threads` of the server's process, worker `processes`, or `auto`: processes if there "
        "are several workers",
        parse=one_of("auto", "threads", "processes"),
        flags=("--runner",),
        env=("SCORING_RUNNER",),
    )
    threads: int = _option(
        1,
        "calls of run() at the same time in each process; above 1 only for scripts that are safe under threads",
        parse=positive_int,
        flags=("--threads",),
        env=("SCORING_THREADS",),
    )
    worker_timeout_s: int = _option(
        300,
        "seconds after which a call is given up, if shorter; 0: never",
        parse=whole_number,
        env=("WORKER_TIMEOUT",),
    )
    worker_preload: bool = _option(
        False,
        "accepted for compatibility: workers never share a loaded script, so it has no effect",
        parse=loose_true,
        env=("WORKER_PRELOAD",),
    )
    scoring_timeout_ms: int = _option(
        3_600_000, "milliseconds that one run() may take", parse=positive_int, env=("SCORING_TIMEOUT_MS",)
    )
    queue_timeout_ms: int = _option(
        0,
        "milliseconds that a call may wait for its run() to begin, then 504; 0: no limit",
        parse=whole_number,
        flags=("--queue-timeout-ms",),
        env=("SCORING_QUEUE_TIMEOUT_MS",),
    )
    max_batch_rows: int = _option(
        1,
        "merge waiting calls of a schema-decorated script into one run() of up to this many rows; 1: never. A @batched "
        "script takes up to its own max_size of calls, and no more than this if it is given",
        parse=positive_int,
        flags=("--max-batch-rows",),
        env=("SCORING_MAX_BATCH_ROWS",),
    )
    batch_wait_ms: int = _option(
        0,
        "milliseconds that a call may wait for others to share its run(); 0: it starts as soon as a runner is free",
        parse=whole_number,
        flags=("--batch-wait-ms",),
        env=("SCORING_BATCH_WAIT_MS",),
    )
    max_queue_calls: int = _option(
        1024,
        "calls that may be in the server at once; more get 429",
        parse=positive_int,
        flags=("--max-queue-calls",),
        env=("SCORING_MAX_QUEUE_CALLS",),
    )
    max_queue_bytes: int = _option(
        512 * MIB,
        "bytes of request bodies that may be in the server at once; more get 429",
        parse=positive_int,
        flags=("--max-queue-bytes",),
        env=("SCORING_MAX_QUEUE_BYTES",),
    )
    max_connections: int = _option(
        0,
        "connections held at once, idle ones are closed for new ones; 0: up to 10,000, as open files allow",
        parse=whole_number,
        flags=("--max-connections",),
        env=("SCORING_MAX_CONNECTIONS",),
    )
    max_body_bytes: int = _option(
        100 * MIB,
        "the largest request body; a larger one gets 413",
        parse=positive_int,
        flags=("--max-body-bytes",),
        env=("SCORING_MAX_BODY_BYTES",),
    )
    drain_s: int = _option(
        30,
        "seconds to finish accepted calls after SIGTERM or Ctrl-C",
        parse=positive_int,
        flags=("--drain-seconds",),
        env=("SCORING_DRAIN_SECONDS",),
    )
    drain_delay_s: int = _option(
        0,
        "seconds to go on taking connections after SIGTERM while readiness says 503, for load balancers to notice",
        parse=whole_number,
        flags=("--drain-delay-seconds",),
        env=("SCORING_DRAIN_DELAY_SECONDS",),
    )
    admin_port: int = _option(
        0,
        "a port on 127.0.0.1 for `POST /admin/reload`; 0: none",
        parse=port_or_zero,
        flags=("--admin-port",),
        env=("SCORING_ADMIN_PORT",),
    )
    shows_timing: bool = _option(
        True,
        "send the Server-Timing header: what decoding, waiting, run() and encoding took",
        parse=boolean,
        flags=("--server-timing",),
        env=("SCORING_SERVER_TIMING",),
    )
    cors_origins: str | None = _option(
        None,
        "comma-separated origins, or patterns of them, that browsers may call from; `*`: any",
        flags=("--access_control_allow_origins", "--access-control-allow-origins"),
        env=("AML_CORS_ORIGINS",),
    )
    service_name: str = _option("ML service", "the title of the Swagger document", env=("SERVICE_NAME",))
    service_version: str = _option("1.0", "the version in the Swagger document", env=("SERVICE_VERSION",))
    service_path_prefix: str = _option(
        "", "the prefix of the paths in the Swagger document", env=("SERVICE_PATH_PREFIX",)
    )
    workspace_name: str = _option("", "told to telemetry", env=("WORKSPACE_NAME",))
    container_id: str = _option("Unknown", "told to telemetry", env=("HOSTNAME",))
    log_level: str = _option("INFO", "the least severe level to log", env=("AZUREML_LOG_LEVEL",))
    log_format: str = _option(
        "text",
        "how log lines are written: `text`, or `json` (one object per line); a logging.json goes before it",
        parse=one_of("text", "json"),
        flags=("--log-format",),
        env=("SCORING_LOG_FORMAT",),
    )
    has_server_version: bool = _option(
        True,
        "send the x-ms-server-version header",
        parse=loose_true,
        env=("SERVER_VERSION_LOG_RESPONSE_ENABLED",),
    )
    server_version: str | None = _option(
        None, "the value of the x-ms-server-version header", env=("HTTP_X_MS_SERVER_VERSION",)
    )
    debug_port: int | None = _option(
        None,
        "connect to a waiting debugpy client on this port before the script is imported",
        parse=port_number,
        env=("AZUREML_DEBUG_PORT",),
    )
    has_app_insights: bool = _option(
        False, "Application Insights is wanted", parse=boolean, env=("AML_APP_INSIGHTS_ENABLED",)
    )
    app_insights_key: str | None = _option(
        None,
        "the Application Insights instrumentation key; giving it on the command line enables it",
        flags=("--appinsights_instrumentation_key", "--appinsights-instrumentation-key"),
        env=("AML_APP_INSIGHTS_KEY",),
        is_secret=True,
    )
    logs_response_to_app_insights: bool = _option(
        True, "include answers in telemetry", parse=boolean, env=("APP_INSIGHTS_LOG_RESPONSE_ENABLED",)
    )
    collects_model_data: bool = _option(
        False,
        "include inputs and predictions in telemetry",
        parse=boolean,
        env=("AML_MDC_STORAGE_ENABLED", "AML_MODEL_DC_STORAGE_ENABLED"),
    )
    app_insights_connection_string: str | None = _option(
        None,
        "where Application Insights takes telemetry, if not at the public address of the key",
        env=("APPLICATIONINSIGHTS_CONNECTION_STRING",),
        is_secret=True,
    )
    traces_endpoint: str | None = _option(
        None,
        "send OpenTelemetry traces to this OTLP/HTTP endpoint, such as http://127.0.0.1:4318; without it, to that of "
        "OTEL_EXPORTER_OTLP_ENDPOINT, if it is set",
        parse=http_url,
        flags=("--traces",),
        env=("SCORING_TRACES",),
    )
    capture_dir: str | None = _option(
        None,
        "write requests and their answers as JSON lines into this folder",
        flags=("--capture-dir",),
        env=("SCORING_CAPTURE_DIR",),
    )
    capture_percent: float = _option(
        100,
        "the share of the requests to capture",
        parse=percentage,
        flags=("--capture-percent",),
        env=("SCORING_CAPTURE_PERCENT",),
    )
    capture_max_bytes: int = _option(
        1024 * MIB,
        "bytes of capture files to keep; the oldest are removed beyond it",
        parse=at_least(MIB),
        flags=("--capture-max-bytes",),
        env=("SCORING_CAPTURE_MAX_BYTES",),
    )
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def timeout_ms(self) -> int:
        """The time that one run() may take: the shorter of the scoring and the worker time-out."""
        return min(self.scoring_timeout_ms, self.worker_timeout_s * 1000 or self.scoring_timeout_ms)

    @property
    def uses_processes(self) -> bool:
        """Whether the script runs in worker processes."""
        return self.runner == "processes" or (self.runner == "auto" and self.worker_count > 1)

    @property
    def processes(self) -> int:
        """How many processes run the script."""
        return self.worker_count if self.uses_processes else 1


def options() -> list[Option]:
    """Every declared option, in the order of declaration."""
    declared = []
    for each in fields(Settings):
        if option := each.metadata.get("option"):
            declared.append(
                Option(
                    each.name,
                    option.default,
                    option.help,
                    option.parse,
                    option.flags,
                    option.env,
                    option.is_secret,
                )
            )
    return declared
