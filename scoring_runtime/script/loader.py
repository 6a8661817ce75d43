"""Finds the entry script, imports it and calls its init(), on the thread that calls (the main thread in a server).

The script becomes the module `entry_module`, as under the original server, and is registered in sys.modules, so that
its classes can be pickled and its dataclasses defined. What the script raises is reported with its own traceback,
from its first frame on.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from scoring_runtime.authoring.rawhttp import decorations
from scoring_runtime.errors import ScriptError, StoppedError
from scoring_runtime.script.contract import Contract, read_contract
from scoring_runtime.script.coroutines import awaited
from scoring_runtime.script.model_directory import tree
from scoring_runtime.telemetry.loggers import LOGGER, SCRIPT_LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback, one_line

logger = logging.getLogger(SCRIPT_LOGGER)

MODULE_NAME = "entry_module"
FALLBACK_MODULE = "main"


@dataclass(frozen=True, slots=True)
class Script:
    """A loaded entry script; `run` takes the arguments that `contract` names, as keywords."""

    path: str
    init: Callable[[], Any]
    run: Callable[..., Any]
    contract: Contract


@dataclass(frozen=True, slots=True)
class ScriptPlace:
    """Where to look: `entry_script` is absolute, or relative to `app_root`; None means the module `main`."""

    app_root: str
    entry_script: str | None
    source_directory: str | None

    @property
    def path(self) -> str | None:
        return os.path.join(self.app_root, self.entry_script) if self.entry_script else None

    def folders(self) -> list[str]:
        """The application's folders in the original's order, then the script's own."""
        folders = [self.app_root]
        if self.source_directory:
            folders.append(os.path.join(self.app_root, self.source_directory))
        if self.path:
            folders.append(os.path.dirname(os.path.abspath(self.path)))
        return list(dict.fromkeys(folders))


def load_script(place: ScriptPlace) -> Script:
    """Imports the script and reads its contract; init() is not called yet. Raises ScriptError."""
    sys.path.extend(folder for folder in place.folders() if folder not in sys.path)
    decorated_before = decorations()
    module = _import_file(place.path) if place.path else _import_fallback(place.app_root)
    path = place.path or str(module.__file__)
    init = _function(module, "init", path)
    driver = getattr(module, "driver_module", None)
    if isinstance(driver, ModuleType) and hasattr(driver, "run"):
        logger.info("Found driver script at %s and the score script at %s", path, driver.__file__)
        run = _function(driver, "run", str(driver.__file__))
    else:
        logger.info("Found user script at %s", path)
        run = _function(module, "run", path)
    contract = read_contract(run, is_raw=decorations() > decorated_before)
    logger.info("%s", contract.describe())
    return Script(path, init, run, contract)


def call_init(script: Script, model_dir: str | None) -> None:
    """Calls init(). Raises ScriptError, whatever it raised, with the model directory's contents in the log."""
    logger.info("Invoking user's init function")
    try:
        awaited(script.init)()
    except StoppedError:
        raise
    except BaseException as error:  # SystemExit and KeyboardInterrupt too, as the original does
        _report_init_failure(error, model_dir)
        raise ScriptError(f"init() of {script.path} failed: {one_line(error)}") from None
    logger.info("Users's init has completed successfully")


def _report_init_failure(error: BaseException, model_dir: str | None) -> None:
    server_logger = logging.getLogger(LOGGER)
    server_logger.error("User's init function failed")
    server_logger.error("Encountered Exception %s", format_traceback(error))
    if model_dir and os.path.isdir(model_dir):
        for line in ["Model Directory Contents:", *tree(model_dir)]:
            server_logger.info("%s", line)


def _import_file(path: str) -> ModuleType:
    if not os.path.isfile(path):
        raise ScriptError(f"No such file or directory. There is no entry script at {path}; check --entry_script.")
    spec = importlib.util.spec_from_file_location(MODULE_NAME, path)
    if spec is None or spec.loader is None:
        raise ScriptError(f"The entry script {path} is not a Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE_NAME] = module
    try:
        spec.loader.exec_module(module)
    except StoppedError:
        raise
    except BaseException as error:  # an import may raise anything, SystemExit included
        del sys.modules[MODULE_NAME]
        raise _import_error(path, error) from None
    return module


def _import_fallback(app_root: str) -> ModuleType:
    if importlib.util.find_spec(FALLBACK_MODULE) is None:
        raise ScriptError(
            "No score script found. Expected score script main.py.\n"
            f"Expected script to be found in PYTHONPATH: {sys.path}\n"
            f"{_contents(app_root)}\n"
            "Give the script on the command line, or in AZUREML_ENTRY_SCRIPT."
        )
    try:
        return importlib.import_module(FALLBACK_MODULE)
    except StoppedError:
        raise
    except BaseException as error:  # as in _import_file
        raise _import_error("main.py", error) from None


def _contents(app_root: str) -> str:
    try:
        return f"Current contents of AML_APP_ROOT: {sorted(os.listdir(app_root))}"
    except OSError:
        return f"The directory {app_root} not an accessible directory in the container."


def _import_error(path: str, error: BaseException) -> ScriptError:
    return ScriptError(
        f"Failed to import user script because it raised an unhandled exception: {path}: {one_line(error)}",
        details=format_traceback(error),
    )


def _function(module: ModuleType, name: str, path: str) -> Callable[..., Any]:
    found = getattr(module, name, None)
    if found is None:
        raise ScriptError(f"User script at {path} does not have a {name}() function defined.")
    if not callable(found):
        raise ScriptError(f"{name} in the user script at {path} is not a function but {type(found).__name__}.")
    if name == "init" and _required_parameters(found):
        raise ScriptError(f"init() in the user script at {path} must not need arguments: it is called with none.")
    return found  # type: ignore[no-any-return]  # callable() narrows Any no further


def _required_parameters(function: Callable[..., Any]) -> list[str]:
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions do not tell
        return []
    return [p.name for p in parameters if p.default is inspect.Parameter.empty and p.kind not in variadic]
