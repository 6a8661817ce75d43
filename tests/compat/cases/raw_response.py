"""AMLResponse in all its forms, and streams."""

from __future__ import annotations

import ast
from pathlib import Path
from urllib.parse import quote

from tests.compat import deviations
from tests.compat.case import Body, Case, Group, Request, Setup, post

SCRIPTS = Path(__file__).parents[1] / "scripts"


def keys_of(script: str, table: str) -> tuple[str, ...]:
    """The keys of a script's table of behaviours, read without running it."""
    for node in ast.parse((SCRIPTS / script).read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if names == [table]:
                return tuple(ast.literal_eval(key) for key in node.value.keys if key is not None)
    raise LookupError(f"{script} has no table {table}")


def _give(what: str, method: str = "POST") -> Request:
    return Request(method, f"/score?give={quote(what)}")


DEVIATIONS = {
    "bytearray": deviations.BYTEARRAY,
    "list of int": deviations.BAD_PART,
    "600": deviations.BAD_STATUS,
    "int": deviations.BAD_RESPONSE,
    "float": deviations.BAD_RESPONSE,
    "utf-8 header": deviations.BAD_RESPONSE,
    "broken at once": deviations.BAD_RESPONSE,
    "expires": deviations.DATE_HEADER,
}
RESPONSES = tuple(
    Case(name, _give(name), deviation=DEVIATIONS.get(name)) for name in keys_of("raw_response.py", "GIVEN")
)
OTHER_METHODS = (
    Case("HEAD of json", _give("json_str", "HEAD"), Body.LENGTH),
    Case("HEAD of a stream", _give("list", "HEAD"), Body.LENGTH),
    Case("OPTIONS", _give("own cors", "OPTIONS")),
    Case("GET", _give("bytes", "GET")),
    Case("unknown key", _give("nothing of the kind")),
)
STREAMS = tuple(
    Case(
        name,
        _give(name),
        Body.CHUNKS if name not in ("broken", "broken at once", "numbers") else Body.BYTES,
        deviation=DEVIATIONS.get(name),
    )
    for name in keys_of("streams.py", "STREAMS")
)

GROUPS = (
    Group("raw response / AMLResponse", Setup("raw_response.py"), (*RESPONSES, *OTHER_METHODS)),
    Group("raw response / streams", Setup("streams.py"), STREAMS, lines=("stream was closed",)),
    Group("raw response / without @rawhttp", Setup("string_response.py"), (Case("POST", post("héllo")),)),
)
