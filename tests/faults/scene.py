"""A server under load: its script's ledgers, its processes, and what is found when it has stopped."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.faults.account import Account, Ending, Findings
from tests.faults.ledger import read_ledgers, writer
from tests.process import ServerProcess

SCRIPT = "tests/scripts/ledger_rows.py"
COMMAND = (sys.executable, "-m", "scoring_runtime")
# Less than ServerProcess waits for the end, so that a call that never ends shows in the exit code.
DRAIN = ("--drain-seconds", "10")
POLL_S = 0.02
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A running server and the folder of its ledgers."""

    server: ServerProcess
    ledgers: Path

    def worker_pids(self) -> set[int]:
        """The children that have loaded the script and been asked."""
        children = {child.pid for child in psutil.Process(self.server.process.pid).children()}
        return children & set(map(writer, self.served()))

    def served(self) -> set[str]:
        """One name for each time that the script was loaded and then asked."""
        return {path.name for path in self.ledgers.iterdir() if path.stat().st_size > 0}

    def findings(self, account: Account, allowed: Iterable[Ending] = ()) -> Findings:
        """What the account and the ledgers say of a server that is asked to stop, or has been already."""
        code = self.server.stop()
        findings = Findings(account, read_ledgers(self.ledgers, account.last_number), allowed)
        if code != 0:
            findings.add("stuck", f"the server exited with {code}\n{self.server.log()[-2000:]}")
        return findings


@contextlib.contextmanager
def scene(*options: str, command: Sequence[str] = COMMAND) -> Iterator[Scene]:
    """A server with the ledger script; errors that a load makes by the thousand are not logged."""
    with tempfile.TemporaryDirectory(prefix="ledgers-") as folder:
        env = {"LEDGERS": folder, "AZUREML_LOG_LEVEL": "CRITICAL"}
        with ServerProcess(SCRIPT, *DRAIN, *options, env=env, command=command) as server:
            yield Scene(server, Path(folder))


async def until(condition: Callable[[], bool], what: str) -> None:
    """Returns once `condition` holds."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"not within {PATIENCE_S} s: {what}"
        await asyncio.sleep(POLL_S)
