"""The sentences of docs/compatibility.md that declared deviations refer to."""

from __future__ import annotations

DEEP_JSON = "JSON nested too deeply is answered 400"
LONG_INTEGER = "An integer of more than 4,300 digits is answered 400"
BAD_UNICODE = "A JSON body that is not valid UTF-8, UTF-16 or UTF-32 is answered 400"
