"""`python -m tests.compat [GROUP ...]`: exit code 1 if an undeclared difference was found."""

from __future__ import annotations

import argparse
import sys

from tests.compat.cases import ALL_GROUPS
from tests.compat.original import ensure_original
from tests.compat.pair import run_groups
from tests.compat.report import Report


def main() -> int:
    """Compare the groups whose name contains one of the arguments; all of them without arguments."""
    parser = argparse.ArgumentParser(prog="python -m tests.compat", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help="part of a group's name")
    parser.add_argument(
        "--against-itself", action="store_true", help="run the original twice, to check the comparison itself"
    )
    parser.add_argument("--jobs", type=int, default=2, help="pairs of servers at a time")
    options = parser.parse_args()
    original = (str(ensure_original()),)
    ours = original if options.against_itself else (sys.executable, "-m", "scoring_runtime")
    wanted = tuple(
        group for group in ALL_GROUPS if not options.groups or any(part in group.name for part in options.groups)
    )
    report = Report()
    for group, findings in run_groups(wanted, (original, ours), options.jobs):
        report.add(group.name, findings)
    print("\n".join(["", *report.lines()]))
    return 1 if report.has_differences else 0


if __name__ == "__main__":
    raise SystemExit(main())
