"""The script made ready to serve: imported, init() called, described, and its run() wrapped for the runners.

The same in the server's own process and in a worker process. Everything here runs user code, on the thread that calls.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring_runtime import openapi
from scoring_runtime.dispatch.alarm import Alarm
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.dispatch.merging import ListMerging, Merging, RowMerging
from scoring_runtime.errors import ScriptError, StoppedError
from scoring_runtime.http.responses import encode
from scoring_runtime.script.contract import HEADERS_PARAMETER, Contract
from scoring_runtime.script.coroutines import awaited
from scoring_runtime.script.loader import Script, ScriptPlace, call_init, load_script
from scoring_runtime.script.row_merging import row_converter
from scoring_runtime.script.schema import schema_parameters, schemas_of
from scoring_runtime.settings import Settings
from scoring_runtime.telemetry.loggers import LOGGER, SWAGGER_LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback, one_line

logger = logging.getLogger(LOGGER)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedScript:
    """`documents` are the Swagger documents by version, `merging` how calls share a run(), if they do."""

    run: Callable[..., Any]
    contract: Contract
    documents: dict[str, Any]
    merging: Merging | None
    timeout_ms: int

    def executions(self, threads: int) -> list[Execution]:
        """One for each runner's thread."""
        return [Execution(self.run, encode, Alarm(self.timeout_ms), self.merging) for _ in range(threads)]


def load(settings: Settings) -> LoadedScript:
    """Imports the script and calls its init(). Raises ScriptError."""
    script = load_script(script_place(settings))
    call_init(script, settings.model_dir)
    documents = _documents(script, settings)
    logging.getLogger(SWAGGER_LOGGER).info("%s", openapi.SwaggerDocuments(documents).summary())
    merging = _merging(script, settings)
    logger.info("Scoring timeout is set to %s", settings.scoring_timeout_ms)
    return LoadedScript(awaited(script.run), script.contract, documents, merging, settings.timeout_ms)


def _documents(script: Script, settings: Settings) -> dict[str, Any]:
    service = openapi.ServiceText(settings.service_name, settings.service_version, settings.service_path_prefix)
    generated = openapi.generate(service, *schemas_of(script.run, script.contract))
    return {**generated, **openapi.read_user_documents(Path(settings.app_root))}


def _merging(script: Script, settings: Settings) -> Merging | None:
    if script.contract.batch_size is not None:
        limit = script.contract.batch_size
        if "max_batch_rows" in settings.origins:
            limit = min(limit, settings.max_batch_rows)
        logger.info("Waiting calls share one run() of up to %s calls.", limit)
        return ListMerging(limit)
    convert = row_converter(script.run, encode, settings.max_batch_rows)
    return RowMerging(settings.max_batch_rows, convert) if convert else None


def script_folders(settings: Settings) -> list[str]:
    """Where the script's own modules are."""
    return script_place(settings).folders()


def script_place(settings: Settings) -> ScriptPlace:
    """Where the settings say that the script is."""
    return ScriptPlace(settings.app_root, settings.entry_script, settings.source_directory)


def warm_up(loaded: LoadedScript) -> None:
    """Calls run() with its schema's sample, if it has one. Raises ScriptError when that fails."""
    sample = {parameter.name: parameter.sample for parameter in schema_parameters(loaded.run)}
    if not sample or {parameter.name for parameter in loaded.contract.parameters} - sample.keys():
        return
    if loaded.contract.wants_headers:
        sample[HEADERS_PARAMETER] = {}
    try:
        encode(loaded.run(**sample))
    except StoppedError:
        raise
    except BaseException as error:  # as for every run()
        raise ScriptError(
            f"run() fails on the sample of its schema: {one_line(error)}", format_traceback(error)
        ) from None
