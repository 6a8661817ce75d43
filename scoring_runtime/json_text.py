"""Python values as JSON text: the standard library's, byte for byte what the original server sends.

Except that NaN and infinities, which JSON cannot write, become null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from json import encoder
from typing import Any

import orjson


def _strict_encoder() -> Callable[[Any], str]:
    """What `json.JSONEncoder(allow_nan=False).encode` does, without making its C encoder anew each time.

    That one also keeps account of the containers it is in, to name a circular reference; here the recursion limit
    ends it.
    """
    plain = json.JSONEncoder(allow_nan=False)
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    encode_text = encoder.encode_basestring_ascii
    encode_parts = make(None, plain.default, encode_text, None, ": ", ", ", False, False, False)

    def encode(value: Any) -> str:
        return encode_text(value) if isinstance(value, str) else "".join(encode_parts(value, 0))

    return encode


_encode_strictly = _strict_encoder()


# What is left to its own devices by orjson, so that only plain lists and numbers take the fast road.
_PLAIN_ONLY = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
_NUMBER_CHARACTERS = b"0123456789.-,[]"
# The standard library writes such a number with an exponent.
_SMALL = b"0.0000"


def _dump_numbers(value: list[Any]) -> bytes | None:
    """The text of nested lists of plain numbers, ten times as fast; None for any other list.

    orjson writes numbers as the standard library does but for those with an exponent, and puts no spaces.
    """
    try:
        text = orjson.dumps(value, None, _PLAIN_ONLY)
    except (TypeError, ValueError, RecursionError):
        return None
    if text.translate(None, _NUMBER_CHARACTERS) or _SMALL in text:
        return None
    return text.replace(b",", b", ")


def dump_json(value: Any) -> bytes:
    """Raises TypeError, ValueError or RecursionError for what JSON cannot hold."""
    if type(value) is list and (text := _dump_numbers(value)) is not None:
        return text
    try:
        return _encode_strictly(value).encode()
    except ValueError:
        return _encode_strictly(_without_nan(value)).encode()


def dump_text(value: Any) -> str:
    """The same as text."""
    return dump_json(value).decode()


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
