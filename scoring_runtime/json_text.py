"""Python values as JSON text: the standard library's, byte for byte what the original server sends.

Except that NaN and infinities, which JSON cannot write, become null.
"""

from __future__ import annotations

import json
import math
from typing import Any

_encode_strictly = json.JSONEncoder(allow_nan=False).encode


def dump_json(value: Any) -> bytes:
    """Raises TypeError, ValueError or RecursionError for what JSON cannot hold."""
    return dump_text(value).encode()


def dump_text(value: Any) -> str:
    try:
        return _encode_strictly(value)
    except ValueError:
        return _encode_strictly(_without_nan(value))


def _without_nan(value: Any) -> Any:
    """`value` with None for each float that JSON cannot write; containers are copied."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_key(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return value


def _key(key: Any) -> Any:
    """json.dumps writes such keys as these words, in quotes, so they stay."""
    return json.dumps(key) if isinstance(key, float) and not math.isfinite(key) else key
