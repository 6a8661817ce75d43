"""How long a call may wait for its run() to begin: the server's limit, or what the client says it will wait."""

from __future__ import annotations

import math

from scoring_runtime.errors import InputError
from scoring_runtime.request import Request

HEADER = b"x-request-timeout-ms"
MAX_DIGITS = 9


def patience_s(request: Request, queue_timeout_ms: int) -> float:
    """The shorter of `queue_timeout_ms` (0: none) and the request's own header; infinite without either.

    Raises InputError for a header that is not a whole number of milliseconds of at least 1.
    """
    value = request.named.get(HEADER)
    if value is None:
        return queue_timeout_ms / 1000 if queue_timeout_ms else math.inf
    if not value.isdigit() or len(value) > MAX_DIGITS or int(value) < 1:
        raise InputError(
            f"{HEADER.decode()} must be the milliseconds that the client will wait, a whole number from 1 to "
            f"{10**MAX_DIGITS - 1}, not {value[:40].decode('latin-1')!r}."
        )
    own_ms = int(value)
    return (min(own_ms, queue_timeout_ms) if queue_timeout_ms else own_ms) / 1000
