"""Scripts, settings and files with which the server must not start, and what it must say.

Each runs in a folder of its own with `source` as its score.py. `words` all stand in one line of the log, which names
the thing, the value and, where it is not plain, the remedy; `traces` stand anywhere (the script's own traceback).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INIT = "def init():\n    pass\n\n\n"
RUN = "def run(data):\n    return data\n"
RIGHT = INIT + RUN
SCHEMA = (
    "from inference_schema.schema_decorators import input_schema\n"
    "from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType\n"
)
RAW = "from azureml.contrib.services.aml_request import rawhttp\n"
IMPORT_FAILED = "Failed to import user script because it raised an unhandled exception"
BAD_ORIGIN = {"AML_CORS_ORIGINS": "https://a.com,*.b.com"}
FIRST_FRAME = 'score.py", line '


@dataclass(frozen=True)
class WrongStart:
    """`script` is what the command line names; None: nothing."""

    name: str
    words: tuple[str, ...]
    source: str | bytes | None = RIGHT
    traces: tuple[str, ...] = ()
    exit_code: int = 3
    script: str | None = "score.py"
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def _at_import(name: str, source: str | bytes, error: str, trace: str = FIRST_FRAME) -> WrongStart:
    return WrongStart(name, (IMPORT_FAILED, "score.py", error), source, (trace, error))


def _run(name: str, signature: str, message: str) -> WrongStart:
    return WrongStart(name, (message,), f"{INIT}def run({signature}):\n    return 1\n")


def _init(name: str, body: str, error: str) -> WrongStart:
    source = f"def load():\n    {body}\n\n\ndef init():\n    load()\n\n\n{RUN}"
    return WrongStart(name, ("init() of ", "score.py failed: ", error), source, ("in load\n", f"    {body}\n", error))


FILES = [
    WrongStart("missing", ("No such file or directory", "score.py", "--entry_script"), source=None),
    WrongStart("folder", ("directory", "folder.py"), script="folder.py", files={"folder.py/x": ""}),
    WrongStart("no suffix", ("score_py", "must end in .py"), script="score_py", files={"score_py": RIGHT}),
    WrongStart("no init", ("score.py does not have a init() function defined",), RUN),
    WrongStart("no run", ("score.py does not have a run() function defined",), INIT),
    WrongStart("empty file", ("score.py does not have a init() function defined",), ""),
    WrongStart("init is a number", ("init", "score.py", "not a function but int"), "init = 1\n" + RUN),
    WrongStart("run is a list", ("run", "score.py", "not a function but list"), INIT + "run = []\n"),
    WrongStart(
        "init needs arguments", ("init()", "score.py", "must not need arguments"), "def init(a):\n  pass\n" + RUN
    ),
]

IMPORTS = [
    _at_import("syntax error", INIT + "def run(:\n    pass\n", "SyntaxError", "def run(:"),
    _at_import("wrong indent", INIT + "def run(a):\npass\n", "IndentationError", 'score.py", line 6'),
    _at_import("not UTF-8", b'init = "\xff"\n', "SyntaxError", "score.py"),
    _at_import("missing module", "import no_such_module\n" + RIGHT, "No module named 'no_such_module'"),
    _at_import("error at import", "value = 1 / 0\n" + RIGHT, "ZeroDivisionError: division by zero"),
    _at_import("SystemExit(0) at import", "raise SystemExit(0)\n", "SystemExit"),
    _at_import("KeyboardInterrupt at import", "raise KeyboardInterrupt\n", "KeyboardInterrupt"),
]

SIGNATURES = [
    _run("*args", "*args", "run() cannot accept positional-only arguments, *args, or **kwargs."),
    _run("**kwargs", "data, **kwargs", "run() cannot accept positional-only arguments, *args, or **kwargs."),
    _run("positional only", "data, /", "run() cannot accept positional-only arguments, *args, or **kwargs."),
    _run("no parameter", "", "run() needs to accept an argument for input data."),
    _run("only headers", "request_headers", 'run() needs to accept an argument other than "request_headers".'),
    WrongStart(
        "raw and schema",
        ("run() cannot be decorated with both @rawhttp and @input_schema",),
        f'{RAW}{SCHEMA}\n{INIT}@rawhttp\n@input_schema("data", StandardPythonParameterType("a"))\n{RUN}',
    ),
]

INITS = [
    _init("init() raises", 'raise ValueError("no model today")', "ValueError: no model today"),
    _init("init() misses a file", 'open("model.pkl")', "No such file or directory: 'model.pkl'"),
    _init("init() exits", "raise SystemExit(0)", "SystemExit: 0"),
    _init("init() is interrupted", "raise KeyboardInterrupt", "KeyboardInterrupt"),
    _init("init() raises a BaseException", 'raise BaseException("base")', "BaseException: base"),
    _init("init() recurses", "load()", "RecursionError: maximum recursion depth exceeded"),
    WrongStart(
        "async init() raises",
        ("init() of ", "score.py failed: ", "OSError: async"),
        f'async def init():\n    raise OSError("async")\n\n\n{RUN}',
        (FIRST_FRAME + "2, in init",),
    ),
]


def _value(name: str, value: str, expected: str) -> list[WrongStart]:
    """A wrong value in the environment, and in config.json."""
    return [
        WrongStart(f"{name}={value}", (name, value, expected, "environment variable"), env={name: value}),
        WrongStart(
            f"config.json {name}={value}",
            (name, value, expected, "config.json"),
            files={"config.json": f'{{"{name}": "{value}"}}'},
        ),
    ]


def _flag(name: str, value: str, expected: str) -> WrongStart:
    return WrongStart(f"{name} {value}", (name, value, expected), args=(name, value), exit_code=1)


VALUES = [
    *_value("SCORING_TIMEOUT_MS", "abc", "expected a whole number"),
    *_value("SERVER_PORT", "70000", "expected a port number"),
    *_value("AML_APP_INSIGHTS_ENABLED", "maybe", "expected true or false"),
    WrongStart("AML_CORS_ORIGINS", ("AML_CORS_ORIGINS", "'*.b.com'", "Write the whole origin"), env=BAD_ORIGIN),
    _flag("--drain-seconds", "soon", "expected a whole number"),
    _flag("--health_port", "0", "expected a port number"),
    _flag("--worker_count", "0", "expected a whole number"),
    _flag("--runner", "fibers", "expected auto, threads or processes"),
    _flag("--threads", "0", "expected a whole number"),
    _flag("--admin-port", "70000", "expected a port number"),
    _flag("--batch-wait-ms", "-1", "expected a whole number"),
    WrongStart("--host", ("--host", "no.such.host.invalid"), args=("--host", "no.such.host.invalid")),
    WrongStart("foreign --host", ("--host", "192.0.2.1"), args=("--host", "192.0.2.1")),
    WrongStart("unknown flag", ("unrecognized arguments", "--colour"), args=("--colour",), exit_code=1),
    WrongStart("no script", ("provide an entry_script", "--config_file"), source=None, script=None, exit_code=1),
    WrongStart("two scripts", ("entry script", "twice"), args=("--entry_script", "other.py"), exit_code=1),
    WrongStart("two arguments", ("unrecognized arguments", "other.py"), args=("other.py",), exit_code=1),
]


def _file(name: str, content: str, *words: str) -> WrongStart:
    return WrongStart(f"{name}: {content}", (name, *words), files={name: content})


CONFIG_FILES = [
    _file("config.json", "{", "Invalid config file!", "Correct the file"),
    _file("config.json", "[1]", "Invalid config file!", "must hold a JSON object, not list"),
    _file("logging.json", "{", "logging configuration", "Correct the file"),
    _file("logging.json", '{"version": 9}', "logging configuration", "Correct the file"),
    _file("swagger.json", "{", "Swagger document", "Correct the file"),
    _file("swagger3.json", "[1,]", "Swagger document", "Correct the file"),
]

CASES = [*FILES, *IMPORTS, *SIGNATURES, *INITS, *VALUES, *CONFIG_FILES]
