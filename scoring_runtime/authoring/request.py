"""The request object that `@rawhttp` functions receive.

The bytes of the request become a WSGI environ (`build_environ`, pure), from which werkzeug reads
everything. It is the library below Flask, so scripts written for the original server find the members and
the laziness they know; `AMLRequest` only adds what Flask adds. The body is complete before the script sees
it.
"""

from __future__ import annotations

import sys
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request

from scoring_runtime import __version__

Address = tuple[str, int]

# The two header fields that CGI, and so WSGI, knows without the HTTP_ prefix.
_UNPREFIXED = {"CONTENT_TYPE", "CONTENT_LENGTH"}


class AMLRequest(Request):
    """An HTTP request with Flask's surface: method, full_path, headers, args, form, files, get_data()."""

    max_form_memory_size = 500_000
    max_form_parts = 1_000

    @classmethod
    def build(
        cls,
        method: str,
        target: bytes,
        headers: list[tuple[bytes, bytes]],
        body: bytes,
        client: Address | None,
        server: Address | None,
        scheme: str,
    ) -> AMLRequest:
        """Make the request object from what came over the wire; see `build_environ` for the arguments."""
        return cls(build_environ(method, target, headers, body, client, server, scheme))

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        """Raise 415 for another content type and, for bad JSON, Flask's 400 without the parser's details."""
        if e is None:
            return super().on_json_loading_failed(e)
        raise BadRequest from e

    def __repr__(self) -> str:
        # Scripts log the request, and logs are searched for the name that the original prints.
        return super().__repr__().replace(type(self).__name__, "Request", 1)


def build_environ(
    method: str,
    target: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
    client: Address | None,
    server: Address | None,
    scheme: str,
) -> dict[str, Any]:
    """The WSGI environ of a request whose body has arrived in full, with any chunked coding taken off.

    `target` is the request line's; header names are lower case; `client` and `server` are (host, port).
    """
    path, query = _split_target(target)
    server_name, server_port = server or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "RAW_URI": target.decode("latin-1"),
        "SERVER_NAME": server_name,
        "SERVER_PORT": str(server_port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": f"scoring_runtime/{__version__}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if client is not None:
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = client[0], str(client[1])
    environ.update(_header_variables(headers))
    if "HTTP_TRANSFER_ENCODING" in environ:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _split_target(target: bytes) -> tuple[bytes, bytes]:
    path, _, query = target.partition(b"#")[0].partition(b"?")
    if not path.startswith(b"/"):  # a proxy's absolute form, http://host/score, or the * of OPTIONS
        path = b"/" + path.partition(b"://")[2].partition(b"/")[2]
    return path, query


def _header_variables(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for name, value in headers:
        if b"_" in name:  # would be taken for the same name with a hyphen, which a proxy may have checked
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in _UNPREFIXED else f"HTTP_{key}"
        text = value.decode("latin-1")
        variables[key] = f"{variables[key]},{text}" if key in variables else text
    return variables
