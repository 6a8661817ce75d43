"""The lines of each request as JSON, gathered and written at once as those of `access`, under the same condition.

The text of clients is escaped, masked and cut as there.
"""

from __future__ import annotations

from functools import lru_cache

from scoring_runtime.telemetry.access import AccessLog
from scoring_runtime.telemetry.access_lines import escaped
from scoring_runtime.telemetry.json_logs import JsonFormatter, encode, timestamp
from scoring_runtime.telemetry.loggers import ACCESS_LOGGER, LOGGER
from scoring_runtime.telemetry.logs import is_default

_MAX_TARGET_CHARS = 4096
_MAX_HEADER_CHARS = 1536
_MAX_WORD_CHARS = 128
_KEPT_PARTS = 512


class JsonAccessLog(AccessLog):
    """Takes the place of AccessLog with `--log-format json`."""

    _stamp_ms = -1

    def log_view(
        self, method: str, target: str, status: int, elapsed_ms: float, length: int | None, request_id: str = ""
    ) -> None:
        if not self._is_turn_begun:
            self._begin_turn()
        if not self._is_json_view:
            super().log_view(method, target, status, elapsed_ms, length, request_id)
            return
        known = f', "request_id": {encode(escaped(request_id, _MAX_WORD_CHARS))}' if request_id else ""
        fields = view_fields(method, target, status, length)
        self._lines.append(f'{self._json_view_start}{fields}, "elapsed_ms": {elapsed_ms:.3f}{known}}}')

    def log_answer(
        self,
        client_host: str,
        method: str,
        target: bytes,
        http_version: str,
        status: int,
        length: int | None,
        referer: bytes | None,
        user_agent: bytes | None,
    ) -> None:
        if target == b"/" and method == "GET" and http_version == "1.1":
            return
        if not self._is_turn_begun:
            self._begin_turn()
        given = (client_host, method, target, http_version, status, length, referer, user_agent)
        if self._is_json_answer:
            self._lines.append(f"{self._json_answer_start}{answer_fields(*given)}}}")
        else:
            super().log_answer(*given)

    def _begin_turn(self) -> None:
        super()._begin_turn()
        if self._stamp_ms == self._now_ms:
            return
        self._stamp_ms = self._now_ms
        start = f'{{"time": "{timestamp(self._now_ms)}", "level": "INFO", "logger":'
        self._json_view_start = f'{start} "{LOGGER}", "pid": {self._pid}, '
        self._json_answer_start = f'{start} "{ACCESS_LOGGER}", "pid": {self._pid}, '
        self._is_json_view = is_default(LOGGER, self._out, JsonFormatter)
        self._is_json_answer = is_default(ACCESS_LOGGER, self._out, JsonFormatter)


@lru_cache(_KEPT_PARTS)
def view_fields(method: str, target: str, status: int, length: int | None) -> str:
    """What the scoring view's line tells of the request, without the time."""
    verb, path = escaped(method, _MAX_WORD_CHARS), escaped(target, _MAX_TARGET_CHARS)
    return _fields(message=f"{verb} {path} {status}", method=verb, target=path, status=status, length_bytes=length)


@lru_cache(_KEPT_PARTS)
def answer_fields(
    client_host: str,
    method: str,
    target: bytes,
    http_version: str,
    status: int,
    length: int | None,
    referer: bytes | None,
    user_agent: bytes | None,
) -> str:
    """What the access line tells of the request."""
    verb, path = escaped(method, _MAX_WORD_CHARS), escaped(target.decode("latin-1"), _MAX_TARGET_CHARS)
    return _fields(
        message=f"{verb} {path} {status}",
        client=escaped(client_host, _MAX_WORD_CHARS),
        method=verb,
        target=path,
        http_version=escaped(http_version, _MAX_WORD_CHARS),
        status=status,
        length_bytes=length,
        referer=_header(referer),
        user_agent=_header(user_agent),
    )


def _header(value: bytes | None) -> str | None:
    return escaped(value.decode("latin-1"), _MAX_HEADER_CHARS) if value else None


def _fields(**values: str | int | None) -> str:
    known = {name: value for name, value in values.items() if value is not None}
    return ", ".join(f'"{name}": {encode(v) if isinstance(v, str) else v}' for name, v in known.items())
