"""Where the script lives: in this process (`thread_host`) or in worker processes (`worker_host`). Both look alike.

A host loads the script, opens the service on the event loop, and can load it anew beside the old one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.dispatch.runner import Runner
from scoring_runtime.errors import StartError
from scoring_runtime.http.score import ScoreEndpoint, Service
from scoring_runtime.http.views import Views
from scoring_runtime.openapi import SwaggerDocuments
from scoring_runtime.server.observers import Observers

# Told, on the loop's thread, that a reload is done, or why it is not.
Done = Callable[[StartError | None], None]


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """The parts of the front end that a new service is given to, on the loop's thread."""

    loop: asyncio.AbstractEventLoop
    dispatcher: Dispatcher
    score: ScoreEndpoint
    views: Views
    observers: Observers

    def open(self, runner: Runner, service: Service, swagger: SwaggerDocuments) -> None:
        """Requests go to `runner` from now on; the one before it ends the calls that it has, and then itself."""
        previous = self.dispatcher.switch(runner)
        self.score.open(service)
        self.views.swagger = swagger
        self.observers.script_loaded(service.takes_parameters)
        if previous is not None:
            previous.stop()


class Host(Protocol):
    """`start` and `work` belong to the main thread, the others to the loop's."""

    def start(self) -> None:
        """Returns when the script is served. Raises StartError, or StoppedError at a signal."""

    def work(self, before_idle: Callable[[], object]) -> None:
        """Lives until `stop()`, running calls if they run here. Raises StartError when it cannot go on."""

    def reload(self, done: Done) -> None:
        """Loads the script beside the one that is served, and puts it in its place if that succeeds."""

    def stop(self) -> None:
        """Lets `work` return once the calls that were submitted have ended."""

    def kill(self) -> None:
        """Ends what would outlive the process."""

    def worker_pids(self) -> tuple[int, ...]: ...
