"""Loading the script anew while the old one goes on serving: one reload at a time, each with an end that is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from scoring_runtime.dispatch.dispatcher import Dispatcher, State
from scoring_runtime.errors import StartError
from scoring_runtime.server.host import Done
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback, one_line

logger = logging.getLogger(LOGGER)


class ReloadRefusedError(Exception):
    """There is nothing to reload now, or a reload is under way."""


class Reloader:
    """Everything on the loop's thread; `begin` starts a reload and tells its end."""

    def __init__(self, loop: asyncio.AbstractEventLoop, dispatcher: Dispatcher, begin: Callable[[Done], None]) -> None:
        self._loop = loop
        self._dispatcher = dispatcher
        self._begin = begin
        self._running: asyncio.Future[None] | None = None
        self._is_wanted = False

    def on_signal(self) -> None:
        """SIGHUP: reloads now, or once more after the reload that is under way, which may have read the old files."""
        if self._running is not None:
            self._is_wanted = True
            return
        try:
            self._start().add_done_callback(_forget)
        except ReloadRefusedError as reason:
            logger.warning("SIGHUP is ignored: %s", reason)

    async def reload(self) -> None:
        """Raises ReloadRefusedError when it cannot begin, StartError when the new script cannot be served."""
        if self._running is not None:
            raise ReloadRefusedError("a reload is under way")
        await asyncio.shield(self._start())

    def _start(self) -> asyncio.Future[None]:
        if self._dispatcher.state is not State.READY:
            raise ReloadRefusedError(f"the server is {self._dispatcher.state.value}")
        if self._dispatcher.is_stuck:
            raise ReloadRefusedError("every runner is stuck in a call that is past its time-out")
        logger.info("Reloading: the script is loaded anew, the old one goes on serving until it is ready.")
        self._running = running = self._loop.create_future()
        try:
            self._begin(self._end)
        except Exception as error:  # no thread or process can be had
            self._end(StartError(f"the reload could not begin: {one_line(error)}", format_traceback(error)))
        return running

    def _end(self, error: StartError | None) -> None:
        running, self._running = self._running, None
        if error is None:
            logger.info("Reloaded: the new script is served from now on.")
        else:
            logger.error("The reload failed, the old script goes on serving: %s", error)
            if error.details:
                logger.error("Encountered Exception: %s", error.details)
        if running is not None and not running.done():
            if error is None:
                running.set_result(None)
            else:
                running.set_exception(error)
        if self._is_wanted:
            self._is_wanted = False
            self.on_signal()


def _forget(ended: asyncio.Future[None]) -> None:
    """The log has said what there is to say."""
    if not ended.cancelled():
        ended.exception()
