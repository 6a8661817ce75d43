"""Everything that run() may return or raise."""

from __future__ import annotations

from tests.compat import deviations
from tests.compat.case import Case, Group, Setup, post
from tests.compat.cases.raw_response import keys_of

DEVIATIONS = {
    "nan": deviations.NAN,
    "infinities": deviations.NAN,
    "timeout": deviations.OWN_TIMEOUT,
    "asyncio timeout": deviations.OWN_TIMEOUT,
    "future timeout": deviations.OWN_TIMEOUT,
    "worst": deviations.RUN_EXITS,
    "generator exit": deviations.RUN_EXITS,
    "exit": deviations.RUN_EXITS,
    "interrupt": deviations.RUN_EXITS,
    "async run": deviations.ASYNC_RUN,
}


def _cases(*names: str) -> tuple[Case, ...]:
    return tuple(Case(name, post(name), deviation=DEVIATIONS.get(name)) for name in names)


RETURNED = _cases(*keys_of("returns.py", "VALUES"), "circular", "deep")
RAISED = _cases(*keys_of("failures.py", "RAISED"), "recursion")

GROUPS = (
    Group("returns / values", Setup("returns.py"), RETURNED),
    Group("returns / exceptions", Setup("failures.py"), RAISED),
    Group("returns / coroutine", Setup("async_run.py"), _cases("async run")),
)
