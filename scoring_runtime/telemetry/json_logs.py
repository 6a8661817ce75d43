"""Log records as JSON, one object per line, for log collectors.

`time` (UTC), `level`, `logger`, `message` and `pid` are always there, `request_id` when the record belongs to a
request, `exception` when there is one. All but printable ASCII is escaped, so no text can forge a line or reach a
terminal. A line stays below the length at which the output cuts, for half an object would be no JSON.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_right
from json import dumps

# Together below telemetry.backlog.MAX_LINE_BYTES.
_MAX_MESSAGE_BYTES = 32 * 1024
_MAX_EXCEPTION_BYTES = 24 * 1024
_MAX_WORD_BYTES = 1024


class JsonFormatter(logging.Formatter):
    """Also for a logging.json: `{"()": "scoring_runtime.telemetry.json_logs.JsonFormatter"}`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = [
            f'"time": "{timestamp(int(record.created) * 1000 + int(record.msecs))}"',
            f'"level": {bounded(record.levelname, _MAX_WORD_BYTES)}',
            f'"logger": {bounded(record.name, _MAX_WORD_BYTES)}',
            f'"pid": {dumps(record.process)}',
            f'"message": {bounded(record.getMessage(), _MAX_MESSAGE_BYTES)}',
        ]
        if request_id := getattr(record, "request_id", ""):
            fields.append(f'"request_id": {bounded(str(request_id), _MAX_WORD_BYTES)}')
        if exception := self._exception(record):
            fields.append(f'"exception": {bounded(exception, _MAX_EXCEPTION_BYTES)}')
        return "{" + ", ".join(fields) + "}"

    def _exception(self, record: logging.LogRecord) -> str:
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        return "\n".join(filter(None, (record.exc_text, record.stack_info)))


def timestamp(now_ms: int) -> str:
    """`2026-11-22T12:00:00.007Z`."""
    now_s, ms = divmod(now_ms, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now_s))}.{ms:03d}Z"


def bounded(text: str, limit_bytes: int) -> str:
    """`text` as a JSON string of at most about `limit_bytes`, with a note of what is missing."""
    kept = text[:limit_bytes]
    encoded = encode(kept)
    if len(kept) == len(text) and len(encoded) <= limit_bytes:
        return encoded
    size = bisect_right(range(len(kept)), limit_bytes, key=lambda size: len(encode(kept[:size]))) - 1
    return encode(f"{kept[:size]} ... ({len(text) - size} characters cut)")


def encode(text: str) -> str:
    """A JSON string in ASCII; half a surrogate pair, which strict readers refuse, becomes its escape as text."""
    return dumps(text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()).replace(
        "\x7f", "\\u007f"
    )
