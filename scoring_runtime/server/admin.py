"""The admin listener: what an operator asks of the server, on the loopback address alone.

There is no password. Who is on the machine may use it; a web page in that person's browser may not, so requests that
name another host or come from a page are refused.
"""

from __future__ import annotations

import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from scoring_runtime.errors import StartError
from scoring_runtime.server.reloader import Reloader, ReloadRefusedError

HOST = "127.0.0.1"
_OWN_NAMES = ("127.0.0.1", "localhost")


def create_admin_app(reloader: Reloader) -> Starlette:
    """`POST /admin/reload`: 200 when the new script is served, 409 when there is none to load now, 500 if it fails."""

    async def reload(request: Request) -> JSONResponse:
        if not _is_local_program(request):
            return JSONResponse({"message": "Only programs on this machine may ask for this."}, 403)
        begun_s = time.monotonic()
        try:
            await reloader.reload()
        except ReloadRefusedError as reason:
            return JSONResponse({"message": f"Not reloaded: {reason}."}, 409)
        except StartError as error:
            return JSONResponse({"message": f"The reload failed, the old script goes on serving: {error}"}, 500)
        return JSONResponse({"status": "reloaded", "seconds": round(time.monotonic() - begun_s, 3)})

    return Starlette(routes=[Route("/admin/reload", reload, methods=["POST"])])


def _is_local_program(request: Request) -> bool:
    """Not a web page: those send where they come from, or a name that only leads here."""
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    return "origin" not in request.headers and host in _OWN_NAMES
