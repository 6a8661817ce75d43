"""The response object that scripts return when they choose status, headers and body themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from scoring_runtime.json_text import dump_text

# A comma separates header values, but not the weekday from the day in `Thu, 01 Jan 1970` or `Thu, 01-Jan-70`.
_SEPARATOR = re.compile(r",(?!\s*\d{2}[ -][A-Z][a-z]{2}[ -]\d{2})")


class AMLResponse(Response):
    """An HTTP response. `message` None becomes `{}`; with `json_str` it is sent as JSON, otherwise as it is.

    A raw message is str, bytes or an iterable of these. A header value with commas becomes repeated headers.
    """

    default_mimetype = "text/html"

    def __init__(
        self,
        message: Any,
        status_code: int | str,
        response_headers: Mapping[str, str] | None = None,
        json_str: bool = False,
        run_function_failed: bool = False,
    ) -> None:
        if message is None or json_str:
            body = "{}" if message is None else dump_text(message)
            super().__init__(body, status_code, mimetype="application/json")
        else:
            super().__init__(_raw_body(message), status_code)
            # Only this spelling replaces the default, and only here: the original's rule.
            if response_headers and "Content-Type" in response_headers:
                del self.headers["Content-Type"]
        self.run_function_failed = run_function_failed
        self.headers.add("x-ms-run-function-failed", str(run_function_failed))
        for name, value in (response_headers or {}).items():
            self._add_header(name, value)

    def _add_header(self, name: str, value: str) -> None:
        if not isinstance(value, str):
            raise AttributeError(f"AMLResponse: header {name!r} must be a str, not {type(value).__name__}")
        for part in _SEPARATOR.split(value):
            self.headers.add(name, part.strip())


def _raw_body(message: Any) -> Any:
    if isinstance(message, Iterable):
        return message
    kind = type(message).__name__
    raise TypeError(
        f"AMLResponse: the message must be str, bytes or an iterable of these, not {kind}; "
        "json_str=True sends other values as JSON"
    )
