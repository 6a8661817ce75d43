"""The process: what is set up in which order, the main thread's life, and how it ends.

main thread                                     front-end thread
environment, logging, banner, sockets  ----->   event loop: accepts at once, /health/live 200, the rest 503
import the script, init()
open  -------------------------------------->   /health/ready 200, /score served
run calls (ThreadRunner.work)  <------------>   Dispatcher
                                                SIGTERM: drain
return  <------------------------------------   stopped
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import uvloop

from scoring_runtime import __version__, openapi
from scoring_runtime.compat import finder
from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.alarm import Alarm
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.dispatch.hand_back import HandBack
from scoring_runtime.dispatch.thread_runner import ThreadRunner
from scoring_runtime.errors import SettingsError, StoppedError
from scoring_runtime.http.app import create_app
from scoring_runtime.http.cors import parse_origins
from scoring_runtime.http.headers import AnswerHeaders
from scoring_runtime.http.protocol import ProtocolParts
from scoring_runtime.http.responses import encode
from scoring_runtime.http.score import ScoreEndpoint
from scoring_runtime.http.views import Views
from scoring_runtime.script.coroutines import awaited
from scoring_runtime.script.debugger import connect_debugger
from scoring_runtime.script.loader import Script, ScriptPlace, call_init, load_script
from scoring_runtime.script.row_merging import row_converter
from scoring_runtime.script.schema import schemas_of
from scoring_runtime.server import environment
from scoring_runtime.server.front_end import FrontEnd, FrontEndParts
from scoring_runtime.server.signals import StopSignals
from scoring_runtime.server.sockets import is_loopback, listen
from scoring_runtime.settings import Settings
from scoring_runtime.telemetry import logs, prints, standard_streams
from scoring_runtime.telemetry.access import AccessLog
from scoring_runtime.telemetry.banner import BannerSettings, launch_text
from scoring_runtime.telemetry.loggers import LOGGER, SWAGGER_LOGGER
from scoring_runtime.telemetry.output import BoundedWriter

logger = logging.getLogger(LOGGER)

# The default of 5 ms lets one thread hold up the other for as long; below 0.1 ms switching itself costs.
SWITCH_INTERVAL_S = 0.0002
LAST_WORDS_S = 1.0
EXIT_CUT_SHORT = 1


@dataclass(frozen=True, slots=True)
class Console:
    """Standard output and error, which never block."""

    out: BoundedWriter
    err: BoundedWriter

    def drain(self) -> None:
        self.out.drain(LAST_WORDS_S)
        self.err.drain(LAST_WORDS_S)


def serve(settings: Settings, console: Console) -> int:
    """Serves until SIGTERM or SIGINT and returns the exit code. Raises StartError when it cannot start."""
    if settings.worker_count > 1:
        raise SettingsError(
            f"WORKER_COUNT: this version serves with 1 worker process, got {settings.worker_count}. "
            "Leave --worker_count at 1 and start several servers behind a proxy instead."
        )
    os.environ.update(environment.exported(settings))
    finder.install()
    _announce(settings, console)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    return Server(settings, console).run()


def _announce(settings: Settings, console: Console) -> None:
    script_dir = os.path.dirname(settings.entry_script) if settings.entry_script else None
    logs.configure(settings.app_root, script_dir, console.out, console.err, settings.log_level)
    console.out.write(launch_text(_banner_settings(settings), environment.insights_notices(settings)))
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


class Server:
    """Wires the parts of one start together, and lives on the main thread."""

    def __init__(self, settings: Settings, console: Console) -> None:
        self._settings = settings
        self._console = console
        cors = parse_origins(settings.cors_origins) if settings.cors_origins else None
        ports = [settings.port, settings.health_port] if settings.has_health_port else [settings.port]
        listeners = [listen(settings.host, port) for port in ports]
        loop = uvloop.new_event_loop()
        self._loop: asyncio.AbstractEventLoop = loop
        self._runner = ThreadRunner(settings.max_batch_rows)
        limits = QueueLimits(settings.max_queue_calls, settings.max_queue_bytes)
        self._dispatcher = Dispatcher(loop, self._runner.submit, limits, settings.timeout_ms)
        version = environment.server_version(settings) if settings.has_server_version else None
        answer_headers = AnswerHeaders(version, cors)
        access = AccessLog(console.out, loop.call_soon)
        self._score = ScoreEndpoint(self._dispatcher, answer_headers, access)
        self._views = Views(self._dispatcher, answer_headers, access)
        app = create_app(self._score, self._views)
        protocol = ProtocolParts(self._score, app, access, settings.max_body_bytes)
        parts = FrontEndParts(protocol, self._dispatcher, (console.out, console.err), settings.drain_s)
        self._has_left_script = threading.Event()
        self._front_end = FrontEnd(loop, parts, listeners, self._on_stopped)

    def run(self) -> int:
        standard_streams.replace(self._console.out, self._console.err)
        prints.install()
        signals = StopSignals(self._loop, self._front_end.stop)
        try:
            self._front_end.start()
            script = self._start_script()
        except StoppedError:
            self._has_left_script.set()
        except BaseException:
            self._has_left_script.set()
            # The interpreter must not end under the other thread.
            self._loop.call_soon_threadsafe(self._front_end.stop_at_once)
            self._front_end.join()
            raise
        else:
            signals.init_done()
            self._work(script, signals)
            self._has_left_script.set()
        self._front_end.join()
        signals.close()
        return 0

    def _start_script(self) -> Script:
        settings = self._settings
        if settings.debug_port is not None:
            connect_debugger(settings.debug_port)
        script = load_script(ScriptPlace(settings.app_root, settings.entry_script, settings.source_directory))
        call_init(script, settings.model_dir)
        self._views.swagger = self._swagger(script)
        logging.getLogger(SWAGGER_LOGGER).info("%s", self._views.swagger.summary())
        self._runner.convert = row_converter(script.run, encode, settings.max_batch_rows)
        logger.info("Scoring timeout is set to %s", settings.scoring_timeout_ms)
        return script

    def _swagger(self, script: Script) -> openapi.SwaggerDocuments:
        settings = self._settings
        service = openapi.ServiceText(settings.service_name, settings.service_version, settings.service_path_prefix)
        generated = openapi.generate(service, *schemas_of(script.run, script.contract))
        return openapi.SwaggerDocuments({**generated, **openapi.read_user_documents(Path(settings.app_root))})

    def _work(self, script: Script, signals: StopSignals) -> None:
        execution = Execution(awaited(script.run), encode, Alarm(self._settings.timeout_ms))
        # What init() has loaded lives as long as the server: full collections need not look at it again.
        gc.collect()
        gc.freeze()
        self._loop.call_soon_threadsafe(self._score.open, script.contract)
        logger.info("Worker with pid %s ready for serving traffic", os.getpid())
        self._runner.work(execution, HandBack(self._loop, self._dispatcher, self._runner.has_more), signals.restore)

    def _on_stopped(self, is_clean: bool) -> None:
        """On the front end's thread, at its end: lets the main thread go, or leaves without it."""
        self._runner.stop()
        if not is_clean:
            self._leave("The server was stopped before every accepted call had ended.")
        if not self._has_left_script.wait(self._settings.drain_s):
            self._leave("The server was stopped, but the script does not return and cannot be interrupted.")

    def _leave(self, reason: str) -> NoReturn:
        logger.error("%s", reason)
        self._console.drain()
        os._exit(EXIT_CUT_SHORT)
