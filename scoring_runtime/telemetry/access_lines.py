"""The text of the two lines that a request leaves in the log (pure).

What comes from the client is escaped where it is not plain printable ASCII (no forged lines, no terminal
sequences, no stray quotes), values of secrets in a query are masked, and long fields are cut, so that a
line stays below 8 KiB. Requests resemble each other, so the parts that do not change with the time are kept
for the next one.
"""

from __future__ import annotations

import re
import time
from functools import lru_cache

# The original's front end takes request lines of 4094 bytes.
_MAX_TARGET_CHARS = 4096
_MAX_HEADER_CHARS = 1536
_MAX_WORD_CHARS = 64
_KEPT_PARTS = 512
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SECRET = re.compile(
    r"([?&;](?:[\w.-]*[_.-])?(?:key|apikey|token|secret|password|authorization|sig|signature)=)[^&;#\s]*",
    re.IGNORECASE,
)


@lru_cache(_KEPT_PARTS)
def view_parts(method: str, target: str, status: int, length: int | None) -> tuple[str, str]:
    """`POST /score 200 1.569ms 39` of the scoring view, without the time in the middle."""
    verb, path = escaped(method, _MAX_WORD_CHARS), escaped(target, _MAX_TARGET_CHARS)
    return f"{verb} {path} {status} ", f"ms {'N/A' if length is None else length}"


@lru_cache(_KEPT_PARTS)
def answer_parts(
    client_host: str,
    method: str,
    target: bytes,
    http_version: str,
    status: int,
    length: int | None,
    referer: bytes | None,
    user_agent: bytes | None,
) -> tuple[str, str]:
    """The access line in the combined log format, without the date in the middle."""
    host, verb, version = (escaped(word, _MAX_WORD_CHARS) for word in (client_host, method, http_version))
    path = escaped(target.decode("latin-1"), _MAX_TARGET_CHARS)
    source, agent = (escaped((each or b"-").decode("latin-1"), _MAX_HEADER_CHARS) for each in (referer, user_agent))
    size = "-" if length is None else length
    return f"{host or '-'} - - ", f' "{verb} {path} HTTP/{version}" {status} {size} "{source}" "{agent}"'


@lru_cache(_KEPT_PARTS)
def escaped(text: str, limit_chars: int) -> str:
    """Client text in printable ASCII without quotes, secrets masked, cut to `limit_chars`."""
    shown = text[:limit_chars]
    if "=" in shown:
        shown = masked(shown)
    if not (shown.isascii() and shown.isprintable()) or "\\" in shown or '"' in shown:
        shown = shown.encode("unicode_escape").decode().replace('"', r"\x22")
    is_cut = len(text) > limit_chars or len(shown) > limit_chars
    return shown[: limit_chars - 3] + "..." if is_cut else shown


def masked(target: str) -> str:
    """A path and query with the values of secrets hidden."""
    return _SECRET.sub(r"\1***", target)


def dates(now_s: int) -> tuple[str, str]:
    """A second of UTC as log lines start with it, and as the combined log format has it."""
    now = time.gmtime(now_s)
    # strftime's %b would follow the locale that a script may set.
    month = _MONTHS[now.tm_mon - 1]
    return time.strftime("%Y-%m-%d %H:%M:%S", now), time.strftime(f"[%d/{month}/%Y:%H:%M:%S +0000]", now)
