"""Which browsers' origins may call: the original server's rules, as pure functions of the policy and two headers.

An entry is a plain origin or, if it has a character that only patterns have, a pattern that must match the whole
`Origin` header, in any case. `*` alone stands for every origin. The policy never allows credentials.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scoring_runtime.errors import SettingsError
from scoring_runtime.request import Headers, Request

METHODS = (b"GET", b"POST")
_PATTERN_CHARACTERS = frozenset("*\\]?$^[()")
_VARY = (b"Vary", b"Origin")


@dataclass(frozen=True, slots=True)
class CorsPolicy:
    """`plain` entries are sorted; `patterns` are compiled; `is_any` is the entry `*`."""

    plain: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    is_any: bool

    @property
    def has_one_origin(self) -> bool:
        """True when the answer does not depend on the request's origin, so that caches need not be told."""
        return len(self.plain) == 1 and not self.patterns and not self.is_any

    def allows(self, origin: str) -> bool:
        if self.is_any or origin.lower() in (entry.lower() for entry in self.plain):
            return True
        return any(pattern.fullmatch(origin) for pattern in self.patterns)


def parse_origins(text: str) -> CorsPolicy:
    """The policy of a comma-separated list. Raises SettingsError for an entry that is no valid pattern."""
    entries = [entry.strip() for entry in text.split(",")]  # an empty one counts, as in the original
    plain = sorted(entry for entry in entries if not _PATTERN_CHARACTERS & set(entry))
    patterns = [_compile(entry) for entry in entries if _PATTERN_CHARACTERS & set(entry) and entry != "*"]
    return CorsPolicy(tuple(plain), tuple(patterns), "*" in entries)


def _compile(entry: str) -> re.Pattern[str]:
    try:
        return re.compile(entry, re.IGNORECASE)
    except re.error as error:
        raise SettingsError(
            f"Invalid regular expression in AML_CORS_ORIGINS: {entry!r}: {error}. "
            f"Write the whole origin, or a pattern such as .*\\.example\\.com"
        ) from None


def cors_headers(policy: CorsPolicy, request: Request) -> Headers:
    """The headers that an answer to `request` carries under `policy`."""
    origin = request.named.get(b"origin")
    if not origin:
        allowed = _default_origin(policy)
    elif policy.allows(origin.decode("latin-1")):
        allowed = [(b"Access-Control-Allow-Origin", origin), *_vary(policy)]
    else:
        return []
    return allowed + _preflight_headers(request) if request.method == "OPTIONS" else allowed


def _default_origin(policy: CorsPolicy) -> Headers:
    if policy.is_any:
        return [(b"Access-Control-Allow-Origin", b"*")]
    if not policy.plain:
        return []
    first = policy.plain[0].encode("latin-1", "replace")
    return ([(b"Access-Control-Allow-Origin", first)] if first else []) + _vary(policy)


def _vary(policy: CorsPolicy) -> Headers:
    return [] if policy.has_one_origin else [_VARY]


def _preflight_headers(request: Request) -> Headers:
    if (request.named.get(b"access-control-request-method") or b"").upper() not in METHODS:
        return []
    headers = [(b"Access-Control-Allow-Methods", b", ".join(METHODS))]
    if wanted := request.named.get(b"access-control-request-headers"):
        names = sorted(name.strip() for name in wanted.split(b","))
        headers.append((b"Access-Control-Allow-Headers", b", ".join(names)))
    if request.named.get(b"access-control-request-private-network") == b"true":
        headers.append((b"Access-Control-Allow-Private-Network", b"false"))
    return headers
