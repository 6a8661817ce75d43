"""The script in the server's own process: init() and run() on the main thread, more threads beside it if asked for.

A reload imports the script and calls its init() on a thread of its own, while the main thread goes on with the old
one; then the new runner's turn on the main thread begins as soon as the old one has ended its calls.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue

from scoring_runtime.dispatch.thread_pool import ThreadPool
from scoring_runtime.errors import ScriptError, StartError
from scoring_runtime.http.score import Service
from scoring_runtime.openapi import SwaggerDocuments
from scoring_runtime.script import coroutines
from scoring_runtime.script.binding import binder
from scoring_runtime.script.contract import Contract, Mode
from scoring_runtime.script.debugger import connect_debugger
from scoring_runtime.script.modules import ScriptModules
from scoring_runtime.server import interpreter
from scoring_runtime.server.host import Done, FrontDesk
from scoring_runtime.server.service import LoadedScript, load, script_folders, warm_up
from scoring_runtime.settings import Settings
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback, one_line

logger = logging.getLogger(LOGGER)


class ThreadHost:
    """A Host whose runners are threads of this process."""

    def __init__(self, settings: Settings, desk: FrontDesk) -> None:
        self._settings = settings
        self._desk = desk
        self._current: ThreadPool | None = None
        self._pools: SimpleQueue[tuple[ThreadPool, coroutines.Loop | None] | None] = SimpleQueue()

    def start(self) -> None:
        if self._settings.debug_port is not None:
            connect_debugger(self._settings.debug_port)
        loaded = load(self._settings)
        pool = self._pool_of(loaded)
        self._pools.put((pool, coroutines.give_away()))
        self._desk.loop.call_soon_threadsafe(self._open, pool, loaded)

    def work(self, before_idle: Callable[[], object]) -> None:
        while (entry := self._pools.get()) is not None:
            pool, loop = entry
            coroutines.adopt(loop)
            interpreter.end_loading()
            logger.info("Worker with pid %s ready for serving traffic", os.getpid())
            pool.work(before_idle)

    def reload(self, done: Done) -> None:
        threading.Thread(target=self._reload, args=(done,), name="reload", daemon=True).start()

    def stop(self) -> None:
        self._pools.put(None)
        if self._current is not None:
            self._current.stop()

    def kill(self) -> None:
        """Nothing of it outlives the process."""

    def worker_pids(self) -> tuple[int, ...]:
        return ()

    def _pool_of(self, loaded: LoadedScript) -> ThreadPool:
        settings = self._settings
        executions = loaded.executions(settings.threads)
        take_back = self._desk.dispatcher.take_back
        return ThreadPool(self._desk.loop, take_back, executions, settings.timeout_ms, settings.batch_wait_ms / 1000)

    def _open(self, pool: ThreadPool, loaded: LoadedScript) -> None:
        self._current = pool
        pool.start()
        self._desk.open(pool, service_of(loaded.contract), SwaggerDocuments(loaded.documents))

    def _reload(self, done: Done) -> None:
        """On a thread of its own, which runs nothing but the new script's import, init() and samples."""
        try:
            loaded = self._load_anew()
        except StartError as error:
            self._desk.loop.call_soon_threadsafe(done, error)
        except BaseException as error:  # whatever it is, the old one goes on
            reason = ScriptError(one_line(error), format_traceback(error))
            self._desk.loop.call_soon_threadsafe(done, reason)
        else:
            self._desk.loop.call_soon_threadsafe(self._switch, loaded, coroutines.give_away(), done)

    def _load_anew(self) -> LoadedScript:
        """When it returns, nothing on this thread holds the old script: the other one is about to collect it."""
        modules = ScriptModules(script_folders(self._settings))
        try:
            modules.forget()
            loaded = load(self._settings)
            warm_up(loaded)
        except BaseException:
            modules.restore()
            coroutines.adopt(None)
            raise
        return loaded

    def _switch(self, loaded: LoadedScript, loop: coroutines.Loop | None, done: Done) -> None:
        pool = self._pool_of(loaded)
        self._pools.put((pool, loop))
        self._open(pool, loaded)
        done(None)


def service_of(contract: Contract) -> Service:
    """How requests become calls of a script that lives in this process."""
    return Service(binder(contract), contract.mode is Mode.RAW, contract.mode is Mode.SCHEMA)
