"""How the workers of a pool are started, and what is expected of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """How workers are started: `command` gets three numbers more, `setup` is JSON for the first frame."""

    command: Sequence[str]
    setup: Any
    threads: int = 1
    timeout_s: float = 300.0
