"""Why a server has no figures: it cannot be installed, does not start, answers wrongly, or loses requests."""

from __future__ import annotations


class Unmeasured(Exception):
    """Something failed for one server; its text goes into the table, and the others are measured all the same."""
