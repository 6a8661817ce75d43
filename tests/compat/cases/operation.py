"""Time-outs, output, and what is written at the start."""

from __future__ import annotations

from tests.compat import deviations
from tests.compat.case import Case, Group, Request, Setup, post

SLOW = tuple(
    Case(name, post(name)) for name in ("sleep", "loop", "nothing", "swallow", "clean up", "nothing", "sleep", "alarms")
)
TIMED = tuple(Case(f"{number}: {case.name}", case.request) for number, case in enumerate(SLOW))

STARTED = (
    r"^The environment variable 'AZUREML_MODEL_DIR' has not been set\.$",
    r"^Use the --model_dir command line argument to set it\.$",
    r"^Server Settings$",
    r"^---------------$",
    r"^Entry Script Name: .*/score\.py$",
    r"^Model Directory: None$",
    r"^Config File: None$",
    r"^Worker Count: 1$",
    r"^Worker Timeout \(seconds\): None$",
    r"^Server Port: \d+$",
    r"^Health Port: \d+$",
    r"^Application Insights Enabled: false$",
    r"^Application Insights Key: None$",
    r"^Inferencing HTTP server version: \S+/\S+$",
    r"^CORS for the specified origins: None$",
    r"^Create dedicated endpoint for health: None$",
    r"^Server Routes$",
    r"^Liveness Probe: GET   127\.0\.0\.1:\d+/$",
    r"^Score:          POST  127\.0\.0\.1:\d+/score$",
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} I \[\d+\] azmlinfsrv - Scoring timeout is set to 3600000$",
    r"azmlinfsrv - Worker with pid \d+ ready for serving traffic$",
    r"azmlinfsrv\.user_script - Found user script at .*/score\.py$",
    r"azmlinfsrv\.user_script - run\(\) is not decorated\. Server will invoke it with the input in JSON string\.$",
    r"azmlinfsrv\.user_script - Invoking user's init function$",
    r"azmlinfsrv\.user_script - Users's init has completed successfully$",
    r"azmlinfsrv\.print - printed by init$",
)
PRINTED = (
    r"^\S+ \S+ I \[\d+\] azmlinfsrv\.print - printed-1-None$",
    r"azmlinfsrv\.print - $",
    r"azmlinfsrv\.print - two$",
    r"^lines$",
    r"^to stderr$",
    r"^written to stdout$",
    r"^WARNING:root:root warning$",
    r"own error$",
    r"azmlinfsrv - into the server's log$",
    r"azmlinfsrv - POST /score 200 \d+\.\d{3}ms 3$",
    r"azmlinfsrv - POST /score\?a=1 200 \d+\.\d{3}ms 3$",
    r"azmlinfsrv - GET /swagger\.json 200 \d+\.\d{3}ms \d+$",
    r"azmlinfsrv - GET /swagger\.json\?version=9 404 \d+\.\d{3}ms \d+$",
    r'gunicorn\.access - 127\.0\.0\.1 - - \[.*\] "POST /score HTTP/1\.1" 200 3 "-" "agent"$',
)
REQUESTS = (
    Case("POST", post("x", headers=(("User-Agent", "agent"),))),
    Case("POST with a query", post("x", query="?a=1")),
    Case("swagger", Request("GET", "/swagger.json")),
    Case("unknown version", Request("GET", "/swagger.json?version=9")),
    Case("health", Request("GET", "/")),
    Case("nowhere", Request("GET", "/nowhere")),
)
PRINTS = Case("POST", post("x"), deviation=deviations.PRINT_SEP)
FAILED = (
    r"azmlinfsrv - Encountered Exception: ",
    r"ValueError: details$",
    r"azmlinfsrv - POST /score 500 \d+\.\d{3}ms \d+$",
)
LOGGING = """{
  "version": 1,
  "formatters": {"own": {"()": "azureml_inference_server_http.log_config.AMLLogFormatter"}},
  "filters": {"probe": {"()": "azureml_inference_server_http.log_config.RootAccessFilter"}},
  "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "own", "stream": "ext://sys.stdout"}},
  "loggers": {"azmlinfsrv.print": {"level": "INFO", "handlers": ["out"]}},
  "root": {"level": "ERROR", "handlers": ["out"]}
}"""

GROUPS = (
    Group("operation / time-out", Setup("slow.py", environment={"SCORING_TIMEOUT_MS": "300"}), TIMED),
    Group("operation / time-out, lower case", Setup("slow.py", environment={"scoring_timeout_ms": "250"}), TIMED[:1]),
    Group(
        "operation / time-out in config",
        Setup("slow.py", files={"config.json": '{"SCORING_TIMEOUT_MS": 200}'}),
        TIMED[:1],
    ),
    Group(
        "operation / output",
        Setup("printing.py"),
        REQUESTS,
        lines=(*STARTED, *PRINTED),
        absent_lines=("root info", "GET / HTTP/1.1", r"azmlinfsrv - GET / ", r"azmlinfsrv - GET /nowhere"),
    ),
    Group("operation / print(sep=None)", Setup("print_sep_none.py"), (PRINTS,)),
    Group("operation / traceback", Setup("failures.py"), (Case("POST", post("ValueError")),), lines=FAILED),
    Group(
        "operation / logging.json",
        Setup("printing.py", files={"logging.json": LOGGING}),
        (Case("POST", post("x")),),
        lines=(r"azmlinfsrv\.print - printed-1-None$", r"own - own error$"),
        absent_lines=(r"azmlinfsrv - POST /score",),
    ),
    Group(
        "operation / logging.json beside the script",
        Setup("printing.py", "sub/score.py", {"sub/logging.json": LOGGING}, "sub/score.py"),
        (Case("POST", post("x")),),
        lines=(r"azmlinfsrv\.print - printed-1-None$",),
        absent_lines=(r"azmlinfsrv - POST /score",),
    ),
)
