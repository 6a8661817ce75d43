"""The names of the loggers; those that users configure are the original server's."""

from __future__ import annotations

LOGGER = "azmlinfsrv"
PRINT_LOGGER = "azmlinfsrv.print"
SCRIPT_LOGGER = "azmlinfsrv.user_script"
SWAGGER_LOGGER = "azmlinfsrv.swagger"
TRACE_LOGGER = "azmlinfsrv.trace"
ACCESS_LOGGER = "gunicorn.access"
ERROR_LOGGER = "gunicorn.error"
UVICORN_LOGGER = "uvicorn"
