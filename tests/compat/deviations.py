"""The differences that were decided. Each sentence is a cell of docs/compatibility.md, where its reason is."""

from __future__ import annotations

from collections.abc import Mapping

from tests.compat.case import ABSENT, JSON, Deviation

Fields = Mapping[str, tuple[str, str]]

INTERNAL = "An unexpected internal error occurred"
RUN_FAILED = "An unexpected error occurred in scoring script"
EXEC_MS = "<x-ms-run-fn-exec-ms>"
NEW_ID = "<new id 1>"

_BAD_JSON: Fields = {"status": ("500", "400"), "body": (INTERNAL, "could not be decoded as JSON")}
_PAGE_BODY: Fields = {"body": ("<html>", '{"message"'), "content-type": ("text/html", JSON)}
_OURS_ALONE: Fields = {
    "x-ms-server-version": (ABSENT, "<x-ms-server-version>"),
    "x-request-id": (ABSENT, NEW_ID),
    "x-ms-request-id": (ABSENT, NEW_ID),
}
_SUCCEEDS: Fields = {"status": ("500", "200"), "x-ms-run-fn-exec-ms": (ABSENT, EXEC_MS)}
_REFUSED: Fields = {
    "status": ("200", "400"),
    "body": ("", '{"message"'),
    "x-ms-run-fn-exec-ms": (EXEC_MS, ABSENT),
    "x-ms-server-version": ("", ABSENT),
    "x-request-id": (NEW_ID, ABSENT),
    "x-ms-request-id": (NEW_ID, ABSENT),
}

DEEP_JSON = Deviation("JSON nested too deeply is answered 400", _BAD_JSON)
LONG_INTEGER = Deviation("An integer of more than 4,300 digits is answered 400", _BAD_JSON)
BAD_UNICODE = Deviation("A JSON body that is not valid UTF-8, UTF-16 or UTF-32 is answered 400", _BAD_JSON)
FORM_BODY = Deviation(
    "Form content types keep their body in string mode",
    {"body": ('""', "a")},
)
FORM_NOT_UTF8 = Deviation(
    FORM_BODY.sentence,
    {"status": ("200", "400"), "body": ('""', "cannot be decoded"), "x-ms-run-fn-exec-ms": (EXEC_MS, ABSENT)},
)
NAN = Deviation("NaN and infinities in an answer become null", {"body": ("N", "null")})
SERVER_VERSION = Deviation(
    "The x-ms-server-version header names this server",
    {"x-ms-server-version": ("azmlinfsrv/1.5.1", "scoring_runtime/")},
)
OWN_TIMEOUT = Deviation(
    "A script's own TimeoutError is answered with the scoring-script error",
    {"body": ("Scoring timeout after 3600000 ms", RUN_FAILED)},
)
RUN_EXITS = Deviation(
    "SystemExit and KeyboardInterrupt in run() are answered 500 in JSON",
    {**_PAGE_BODY, **_OURS_ALONE, "x-ms-run-function-failed": (ABSENT, "True")},
)
BAD_RESPONSE = Deviation(
    "An AMLResponse that cannot be sent is answered 500 in JSON",
    {**_PAGE_BODY, **_OURS_ALONE, "x-ms-run-function-failed": (ABSENT, "")},
)
BAD_PART = Deviation(BAD_RESPONSE.sentence, {"body": ("The server encountered an internal error", INTERNAL)})
BYTEARRAY = Deviation(
    "An AMLResponse of a bytearray is sent whole",
    {"body": ("", "ab"), "body ends": ("early", ABSENT)},
)
DATE_HEADER = Deviation(
    "An AMLResponse keeps the comma of a date in a header",
    {"expires": ("Thu (and) 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:00 GMT")},
)
ASYNC_RUN = Deviation("`async def` init() and run() are awaited", {**_SUCCEEDS, "body": (INTERNAL, "awaited")})
PRINT_SEP = Deviation(
    "`print(..., sep=None)` prints",
    {**_SUCCEEDS, "body": (RUN_FAILED, '"printed"'), "x-ms-run-function-failed": ("True", "False")},
)
BAD_QUERY_BYTE = Deviation("An invalid percent-encoded byte in a query becomes U+FFFD", {"body": ("%FF", "ufffd")})
FORWARDED = Deviation("`X-Forwarded-Proto` is not believed", {"body": ('"https"', '"http"')})
BAD_STATUS = Deviation(
    BAD_RESPONSE.sentence,
    {
        "status": ("600", "500"),
        "body": ("odd", INTERNAL),
        "content-type": ("text/html", JSON),
        "x-ms-run-fn-exec-ms": (EXEC_MS, ABSENT),
        "x-ms-run-function-failed": ("True", "False"),
    },
)
NEVER_OFFERED = Deviation(
    "A method that is offered nowhere is answered 405 on every path",
    {"status": ("404", "405"), "body": ("was not found", "is not allowed")},
)
IS_AML_REQUEST = Deviation("The request is an instance of AMLRequest", {"body": ("[false", "[true")})
PROTOCOL_ERROR = Deviation(
    "Errors of HTTP itself are answered in JSON",
    {**_PAGE_BODY, "x-ms-run-function-failed": (ABSENT, "False")},
)
HTTP_VERSION = Deviation(PROTOCOL_ERROR.sentence, {**PROTOCOL_ERROR.fields, "status": ("400", "505")})
NO_HOST = Deviation("A request of HTTP/1.1 without Host is answered 400", _REFUSED)
BAD_CHUNK = Deviation(
    "A broken chunked body is answered 400",
    {
        "status": ("500", "400"),
        "body": (INTERNAL, '{"message"'),
        "x-ms-server-version": ("", ABSENT),
        "x-request-id": (NEW_ID, ABSENT),
        "x-ms-request-id": (NEW_ID, ABSENT),
    },
)
WIDER_LIMITS = Deviation(
    "A request line and a header may be longer",
    {
        **_OURS_ALONE,
        "status": ("4", "200"),
        "body": ("<html>", ""),
        "content-type": ("text/html", JSON),
        "x-ms-run-fn-exec-ms": (ABSENT, EXEC_MS),
        "x-ms-run-function-failed": (ABSENT, "False"),
    },
)
MODEL_DIR_OF_CONFIG = Deviation(
    "`AZUREML_MODEL_DIR` in config.json is exported to the script",
    {"body": ('"AZUREML_MODEL_DIR": "(unset)"', '"AZUREML_MODEL_DIR": "file"')},
)
KNOWN_MODULE = Deviation(
    "The entry script is registered in sys.modules",
    {"start": ("", "serves")},
)
PLAIN_IMPORT = Deviation("The Azure names can be imported in every form", {"start": ("", "serves")})
SCRIPT_OF_ENVIRONMENT = Deviation(
    "`AZUREML_ENTRY_SCRIPT`, or `main.py` in the application root, is enough to start", {"start": ("", "serves")}
)
EMPTY_VARIABLE = Deviation(
    "An empty environment variable counts as not set", {"body": ('"title": ""', '"title": "ML service"')}
)
HELP = Deviation("`--help` exits with 0", {"exit code": ("1", "0")})

ALL: tuple[Deviation, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Deviation))
