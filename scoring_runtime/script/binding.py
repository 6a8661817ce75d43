"""From a request to run()'s arguments, by the contract's mode. Pure: no user code runs here.

STRING  POST: the body as text          GET: the query as a JSON object, as text
SCHEMA  POST: members of the JSON body  GET: members of the query
RAW     the request itself, any method
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from scoring_runtime.call import Arguments
from scoring_runtime.errors import InputError, MediaTypeError
from scoring_runtime.request import Request
from scoring_runtime.script import json_input
from scoring_runtime.script.contract import HEADERS_PARAMETER, Contract, Mode

Bind = Callable[[Request], Arguments]


def bind(contract: Contract, request: Request) -> Arguments:
    """Keyword arguments for run(). Raises InputError or MediaTypeError when the input does not fit."""
    return binder(contract)(request)


def binder(contract: Contract) -> Bind:
    """`bind` for one contract, with everything decided that follows from it."""
    if contract.mode is Mode.SCHEMA:
        plain = partial(_bind_members, contract)
    elif contract.mode is Mode.STRING:
        plain = partial(_bind_text, contract.parameters[0].name)
    else:
        plain = partial(_bind_raw, contract.parameters[0].name)
    return partial(_bind_with_headers, plain) if contract.wants_headers else plain


def _bind_with_headers(plain: Bind, request: Request) -> Arguments:
    return {**plain(request), HEADERS_PARAMETER: title_cased(request.headers)}


def _bind_text(name: str, request: Request) -> Arguments:
    if request.method == "GET":
        return {name: json.dumps(query_members(request.query))}
    try:
        return {name: str(request.body, "utf-8")}
    except UnicodeDecodeError as error:
        raise InputError(f"Input cannot be decoded as UTF-8: {error}") from None


def _bind_raw(name: str, request: Request) -> Arguments:
    return {name: _raw_request(request)}


def _bind_members(contract: Contract, request: Request) -> Arguments:
    if request.method == "GET":
        members = query_members(request.query)
    elif is_json(request.named.get(b"content-type")):
        members = json_input.load_object(request.body)
    else:
        raise MediaTypeError
    arguments: Arguments = {}
    for parameter in contract.parameters:
        if parameter.name in members:
            arguments[parameter.name] = members[parameter.name]
        elif parameter.is_required:
            raise InputError(f"A value is not provided for the {parameter.name!r} parameter.")
        else:  # passed on, because the decorators expect each decorated parameter among the keywords
            arguments[parameter.name] = parameter.default
    return arguments


def _raw_request(request: Request) -> Any:
    # Only raw scripts need werkzeug, which takes a while to import.
    from scoring_runtime.authoring.request import AMLRequest

    return AMLRequest.build(
        method=request.method,
        target=request.target,
        headers=request.headers,
        body=request.body,
        client=request.client,
        server=request.server,
        scheme=request.scheme,
    )


def is_json(content_type: bytes | None) -> bool:
    """Whether a Content-Type is `application/json` or `application/*+json`, whatever its parameters."""
    if content_type == b"application/json":
        return True
    if content_type is None:
        return False
    mimetype = content_type.partition(b";")[0].strip().lower()
    return mimetype == b"application/json" or (mimetype.startswith(b"application/") and mimetype.endswith(b"+json"))


def query_members(query: bytes) -> dict[str, Any]:
    """Query parameters by name; each value as JSON where it is JSON, a repeated name as a list."""
    try:
        pairs = parse_qsl(query.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        raise InputError("The query string has more than 1000 parameters.") from None
    values: dict[str, list[Any]] = {}
    for name, text in pairs:
        values.setdefault(name, []).append(_value_of(text))
    return {name: several if len(several) > 1 else several[0] for name, several in values.items()}


def _value_of(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def title_cased(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Request headers as scripts know them: `X-Ms-Request-Id`; names with `_` are left out, as by a WSGI server."""
    named: dict[str, str] = {}
    for raw_name, raw_value in headers:
        if b"_" in raw_name:
            continue
        name = raw_name.decode("latin-1").title()
        value = raw_value.decode("latin-1")
        named[name] = f"{named[name]},{value}" if name in named else value
    return named
