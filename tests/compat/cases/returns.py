"""Everything that run() may return or raise."""

from __future__ import annotations

from tests.compat.case import Case, Group, Setup, post
from tests.compat.cases.raw_response import keys_of

RETURNED = tuple(Case(name, post(name)) for name in (*keys_of("returns.py", "VALUES"), "circular", "deep"))
RAISED = tuple(Case(name, post(name)) for name in (*keys_of("failures.py", "RAISED"), "recursion"))

GROUPS = (
    Group("returns / values", Setup("returns.py"), RETURNED),
    Group("returns / exceptions", Setup("failures.py"), RAISED),
    Group("returns / coroutine", Setup("async_run.py"), (Case("async run", post("x")),)),
)
