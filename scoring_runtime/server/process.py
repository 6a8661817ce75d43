"""The process: what is set up in which order, the main thread's life, and how it ends.

main thread                                     front-end thread
environment, logging, banner, sockets  ----->   event loop: accepts at once, /health/live 200, the rest 503
host.start(): import the script, init()
              or wait for the workers   ----->   /health/ready 200, /score served
host.work():  run calls, or idle       <---->   Dispatcher
                                                SIGHUP: reload    SIGTERM: drain
return  <------------------------------------   stopped
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

import uvloop

from scoring_runtime.compat import finder
from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.errors import SettingsError, StartError, StoppedError
from scoring_runtime.http.answer_log import AnswerLog
from scoring_runtime.http.app import create_app
from scoring_runtime.http.connection_limit import ConnectionLimit
from scoring_runtime.http.cors import parse_origins
from scoring_runtime.http.headers import AnswerHeaders
from scoring_runtime.http.protocol import ProtocolParts
from scoring_runtime.http.score import ScoreEndpoint
from scoring_runtime.http.views import Views
from scoring_runtime.script import onnxruntime_threads
from scoring_runtime.server import admin, environment, interpreter
from scoring_runtime.server.announcement import announce
from scoring_runtime.server.cgroup import cpu_throttling
from scoring_runtime.server.core_budget import core_budget
from scoring_runtime.server.front_end import FrontEnd, FrontEndParts
from scoring_runtime.server.host import FrontDesk, Host
from scoring_runtime.server.observers import Observers, build_observers
from scoring_runtime.server.reloader import Reloader
from scoring_runtime.server.signals import ServerSignals
from scoring_runtime.server.sockets import listen, raise_file_limit
from scoring_runtime.server.thread_host import ThreadHost
from scoring_runtime.server.worker_host import WorkerHost
from scoring_runtime.settings import Settings
from scoring_runtime.telemetry import logs, prints, standard_streams
from scoring_runtime.telemetry.access import AccessLog
from scoring_runtime.telemetry.json_access import JsonAccessLog
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.metrics import ScoringMetrics
from scoring_runtime.telemetry.output import BoundedWriter
from scoring_runtime.telemetry.readings import EngineSnapshot

logger = logging.getLogger(LOGGER)

LAST_WORDS_S = 1.0
# What capture and telemetry have gathered takes its time to the disk or over the network.
LAST_RECORDS_S = 5.0
EXIT_CUT_SHORT = 1


@dataclass(frozen=True, slots=True)
class Console:
    """Standard output and error, which never block."""

    out: BoundedWriter
    err: BoundedWriter

    def drain(self) -> None:
        self.out.drain(LAST_WORDS_S)
        self.err.drain(LAST_WORDS_S)


def serve(settings: Settings, console: Console, budget_text: str) -> int:
    """Serves until SIGTERM or SIGINT and returns the exit code. Raises StartError when it cannot start."""
    os.environ.update(environment.exported(settings))
    raise_file_limit()
    finder.install()
    onnxruntime_threads.install()
    announce(settings, console.out, console.err, budget_text)
    interpreter.share()
    observers = build_observers(settings)
    try:
        return Server(settings, console, observers).run()
    except StartError as error:
        observers.start_failed(error.details)
        raise
    finally:
        observers.close(LAST_RECORDS_S)


class Server:
    """Wires the parts of one start together, and lives on the main thread."""

    def __init__(self, settings: Settings, console: Console, observers: Observers) -> None:
        self._settings = settings
        self._console = console
        self._observers = observers
        self._has_left_script = threading.Event()
        loop = uvloop.new_event_loop()
        self._loop: asyncio.AbstractEventLoop = loop
        self._metrics = ScoringMetrics(self._snapshot, core_budget().cores, cpu_throttling)
        limits = QueueLimits(settings.max_queue_calls, settings.max_queue_bytes)
        self._dispatcher = Dispatcher(loop, limits, settings.timeout_ms, self._metrics.cancel)
        make_access = JsonAccessLog if settings.log_format == logs.JSON else AccessLog
        access = make_access(console.out, loop.call_soon)
        desk, protocol = self._front_desk(access)
        self._host = _host_of(settings, desk, self._metrics, self._on_broken)
        self._broken: StartError | None = None
        self._reloader = Reloader(loop, self._dispatcher, self._host.reload)
        parts = FrontEndParts(
            protocol,
            self._dispatcher,
            (console.out, console.err),
            settings.drain_s,
            settings.drain_delay_s,
        )
        listeners, admin_listener = _listeners(settings)
        admin_parts = (admin.create_admin_app(self._reloader), admin_listener) if admin_listener else None
        self._front_end = FrontEnd(loop, parts, listeners, self._on_stopped, admin_parts)

    def _front_desk(self, access: AccessLog) -> tuple[FrontDesk, ProtocolParts]:
        """What answers requests, and what connections need of it."""
        settings = self._settings
        cors = parse_origins(settings.cors_origins) if settings.cors_origins else None
        version = environment.server_version(settings) if settings.has_server_version else None
        answer_headers = AnswerHeaders(version, cors)
        log = AnswerLog(access, self._metrics, self._observers, settings.shows_timing)
        score = ScoreEndpoint(self._dispatcher, answer_headers, log, settings.queue_timeout_ms)
        views = Views(self._dispatcher, answer_headers, access)
        app = create_app(score, views, self._metrics)
        desk = FrontDesk(self._loop, self._dispatcher, score, views, self._observers)
        limit = ConnectionLimit(settings.max_connections, partial(self._metrics.reject, "connections"))
        return desk, ProtocolParts(score, app, access, settings.max_body_bytes, limit)

    def run(self) -> int:
        standard_streams.replace(self._console.out, self._console.err)
        prints.install()
        signals = ServerSignals(self._loop, self._front_end.stop, self._reloader.on_signal)
        try:
            self._front_end.start()
            self._host.start()
            signals.init_done()
        except StoppedError:
            self._has_left_script.set()
        except BaseException:
            self._has_left_script.set()
            # The interpreter must not end under the other thread.
            self._loop.call_soon_threadsafe(self._front_end.stop_at_once)
            self._front_end.join()
            raise
        else:
            self._host.work(signals.restore)
            self._has_left_script.set()
        self._front_end.join()
        signals.close()
        if self._broken is not None:
            raise self._broken
        return 0

    def _snapshot(self) -> EngineSnapshot:
        """What the metrics show of the engine at this moment."""
        calls = self._dispatcher.in_flight
        queued = [call for call in calls if call.started_s is None]
        return EngineSnapshot(
            in_flight_calls=len(calls),
            queued_calls=len(queued),
            queued_bytes=sum(call.size_bytes for call in queued),
            stuck_threads=self._dispatcher.stuck,
            workers=max(1, len(self._host.worker_pids())),
            worker_pids=self._host.worker_pids(),
            missed_records=self._observers.dropped_records(),
        )

    def _on_broken(self, error: StartError) -> None:
        """On the loop's thread: the host cannot serve any longer."""
        self._broken = error
        self._front_end.stop_at_once()

    def _on_stopped(self, is_clean: bool) -> None:
        """On the front end's thread, at its end: lets the main thread go, or leaves without it."""
        self._host.stop()
        if self._broken is not None:
            return
        if not is_clean:
            self._leave("The server was stopped before every accepted call had ended.")
        if not self._has_left_script.wait(self._settings.drain_s):
            self._leave("The server was stopped, but the script does not return and cannot be interrupted.")

    def _leave(self, reason: str) -> NoReturn:
        logger.error("%s", reason)
        self._host.kill()
        self._observers.close(LAST_RECORDS_S)
        self._console.drain()
        os._exit(EXIT_CUT_SHORT)


def _listeners(settings: Settings) -> tuple[list[socket.socket], socket.socket | None]:
    """Those of the server, and that of the admin port if there is one; all of them or, with an error, none."""
    ports = [settings.port, settings.health_port] if settings.has_health_port else [settings.port]
    if settings.admin_port in ports:
        raise SettingsError(f"--admin-port {settings.admin_port} is a port of the server. Give another one.")
    with contextlib.ExitStack() as opened:
        listeners = [opened.enter_context(listen(settings.host, port)) for port in ports]
        wants_admin = settings.admin_port > 0
        admin_listener = listen(admin.HOST, settings.admin_port, "--admin-port") if wants_admin else None
        opened.pop_all()
    return listeners, admin_listener


def _host_of(
    settings: Settings, desk: FrontDesk, metrics: ScoringMetrics, on_broken: Callable[[StartError], None]
) -> Host:
    if settings.runner == "threads" and settings.worker_count > 1:
        raise SettingsError(
            f"--runner threads is one process, but {settings.worker_count} workers are wanted ("
            f"{settings.origins.get('worker_count', 'default')}). Leave one of the two away, or give --threads."
        )
    if settings.uses_processes:
        return WorkerHost(settings, desk, metrics.worker_restarted, on_broken)
    return ThreadHost(settings, desk)
