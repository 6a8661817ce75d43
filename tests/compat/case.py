"""What a comparison is made of: a group starts both servers once, its cases are the requests sent to them.

Cases are data. A difference is allowed only where it is declared: `Deviation.fields` names every field that
differs with a piece of the original's value and of ours ("" fits any value), so that nothing else can slip through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

JSON = "application/json"
ABSENT = "(absent)"
PRESENT = "(present)"

Headers = tuple[tuple[str, str], ...]


class Body(Enum):
    """How two bodies are compared."""

    BYTES = "bytes"
    JSON = "json"
    CHUNKS = "chunks"
    LENGTH = "length"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Deviation:
    """A difference that was decided: its sentence of docs/compatibility.md and the fields that differ."""

    sentence: str
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """One request as it goes over the wire; `raw` replaces all of it."""

    method: str = "POST"
    target: str = "/score"
    headers: Headers = ()
    body: bytes = b""
    raw: bytes | None = None
    to_health_port: bool = False

    def encode(self) -> bytes:
        """The bytes to send: a fixed Host, and a Content-Length where there is a body or a POST."""
        if self.raw is not None:
            return self.raw
        headers = [("Host", "localhost"), *self.headers]
        names = {name.lower() for name, _ in headers}
        if (self.body or self.method == "POST") and not names & {"content-length", "transfer-encoding"}:
            headers.append(("Content-Length", str(len(self.body))))
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


@dataclass(frozen=True)
class Case:
    """A request whose two answers must be equal, but for a declared deviation."""

    name: str
    request: Request
    body: Body = Body.BYTES
    exact_headers: frozenset[str] = frozenset()
    deviation: Deviation | None = None


@dataclass(frozen=True)
class Setup:
    """What both servers are started with: the files of their folder, the command line, the environment."""

    script: str = ""
    place: str = "score.py"
    files: Mapping[str, str] = field(default_factory=dict)
    entry: str | None = "score.py"
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """A pair of servers, the requests they get and what their output and exit code must have in common.

    With `serves=False` both are expected to give up at the start. `lines` are regular expressions.
    """

    name: str
    setup: Setup
    cases: tuple[Case, ...] = ()
    serves: bool = True
    lines: tuple[str, ...] = ()
    absent_lines: tuple[str, ...] = ()
    deviation: Deviation | None = None


def post(body: str | bytes = b"", content_type: str | None = JSON, headers: Headers = (), query: str = "") -> Request:
    """A POST to the scoring route."""
    content = body.encode() if isinstance(body, str) else body
    typed = (("Content-Type", content_type), *headers) if content_type is not None else headers
    return Request("POST", f"/score{query}", typed, content)


def get(query: str = "", headers: Headers = ()) -> Request:
    """A GET of the scoring route; `query` starts with its question mark."""
    return Request("GET", f"/score{query}", headers)
