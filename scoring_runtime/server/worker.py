"""A worker process: the script, loaded as in the server's own process, behind a link to the front process.

Started by `dispatch.worker` with two descriptors and the front process's pid. What the front process read from the
command line comes over the link, so that no secret is among the arguments.
"""

from __future__ import annotations

import ctypes
import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from functools import partial
from types import FrameType
from typing import Any

from scoring_runtime.call import Arguments
from scoring_runtime.compat import finder
from scoring_runtime.dispatch.worker_end import WorkerEnd
from scoring_runtime.dispatch.worker_process import STACK_SIGNAL
from scoring_runtime.errors import StartError, StoppedError
from scoring_runtime.script import onnxruntime_threads
from scoring_runtime.script.binding import bind
from scoring_runtime.script.contract import Contract, Mode
from scoring_runtime.script.debugger import connect_debugger
from scoring_runtime.server import interpreter, remote_request, worker_setup
from scoring_runtime.server.service import LoadedScript, load, warm_up
from scoring_runtime.settings import Settings
from scoring_runtime.telemetry import logs, prints, standard_streams
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.output import BoundedWriter

logger = logging.getLogger(LOGGER)

PUMP_INTERVAL_S = 0.5
LAST_WORDS_S = 1.0
# Threads that the script has left behind may put off the end for so long.
LAST_RESORT_S = 4.0
EXIT_START_FAILED = 3
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PR_SET_PDEATHSIG = 1


class StopSignals:
    """The front process alone decides when a worker ends; only init() is left at SIGTERM, as in the front process.

    The script's own handlers stay in force.
    """

    def __init__(self) -> None:
        self._is_interruptible = True
        for number in STOP_SIGNALS:
            signal.signal(number, self._handle)

    def init_done(self) -> None:
        self._is_interruptible = False

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        if self._is_interruptible and signum == signal.SIGTERM:
            raise StoppedError


def main(argv: list[str]) -> int:
    """Serves calls until the front process closes the link, and returns the exit code."""
    connection_fd, starts_fd, parent_pid = map(int, argv)
    interpreter.begin_loading()
    signals = StopSignals()
    _die_with(parent_pid)
    end = WorkerEnd(connection_fd, starts_fd)
    settings, is_reload = worker_setup.read(end.set_up)
    out, err = BoundedWriter(1), BoundedWriter(2)
    try:
        _prepare(settings, out, err)
        loaded = _load(settings, warms_up=is_reload)
        signals.init_done()
        _serve(end, settings, loaded)
    except StoppedError:
        return 0
    except StartError as error:
        end.fail(str(error), error.details)
        return EXIT_START_FAILED
    finally:
        out.drain(LAST_WORDS_S)
        err.drain(LAST_WORDS_S)
    return 0


def _die_with(parent_pid: int) -> None:
    """Lets the kernel end this process with its parent, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(0)


def _prepare(settings: Settings, out: BoundedWriter, err: BoundedWriter) -> None:
    finder.install()
    onnxruntime_threads.install()
    script_dir = os.path.dirname(settings.entry_script) if settings.entry_script else None
    logs.configure_defaults(out, err, settings.log_format)
    logs.configure(settings.app_root, script_dir, out, err, settings.log_level, settings.log_format)
    standard_streams.replace(out, err)
    prints.install()
    interpreter.share()
    # A segmentation fault, or a call that is given up, is to leave the place where it happened in the log.
    faulthandler.enable(2)
    faulthandler.register(STACK_SIGNAL, 2)
    threading.Thread(target=_pump, args=(out, err), name="log-pump", daemon=True).start()


def _pump(*outputs: BoundedWriter) -> None:
    """Log lines that could not be written at once go out as soon as somebody reads."""
    pause = threading.Event()
    while not pause.wait(PUMP_INTERVAL_S):
        for output in outputs:
            output.pump()


def _load(settings: Settings, warms_up: bool) -> LoadedScript:
    if settings.debug_port is not None:
        connect_debugger(settings.debug_port)
    loaded = load(settings)
    if warms_up:
        warm_up(loaded)
    return loaded


def _serve(end: WorkerEnd, settings: Settings, loaded: LoadedScript) -> None:
    interpreter.end_loading()
    logger.info("Worker with pid %s ready for serving traffic", os.getpid())
    end.serve(
        loaded.executions(settings.threads),
        partial(_bind, loaded.contract),
        facts_of(loaded),
        settings.batch_wait_ms / 1000,
    )


def _bind(contract: Contract, meta: Any, body: bytes) -> Arguments:
    return bind(contract, remote_request.unpack(meta, body))


def facts_of(loaded: LoadedScript) -> Mapping[str, Any]:
    """What the front process needs to know of the script."""
    mode = loaded.contract.mode
    return {"is_raw": mode is Mode.RAW, "takes_parameters": mode is Mode.SCHEMA, "documents": loaded.documents}


def run() -> None:
    """The program: `main`, and an end that threads which the script has left behind cannot put off."""
    code = main(sys.argv[1:])
    last_resort = threading.Timer(LAST_RESORT_S, os._exit, (code,))
    last_resort.daemon = True
    last_resort.start()
    sys.exit(code)


if __name__ == "__main__":
    run()
