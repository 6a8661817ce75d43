"""Scripts and settings that cannot be served: exit codes and the lines one looks for."""

from __future__ import annotations

from tests.compat import deviations
from tests.compat.case import Group, Setup

INIT = "def init():\n    pass\n"
RUN = "def run(data):\n    return data\n"
SCHEMA = (
    "from inference_schema.schema_decorators import input_schema\n"
    "from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as P\n"
)
RAW = "from azureml.contrib.services.aml_request import rawhttp\n"
PARAMETERS = r"run\(\) cannot accept positional-only arguments, \*args, or \*\*kwargs\."
IMPORT_FAILED = "Failed to import user script because it raised an unhandled exception"

SOURCES: dict[str, tuple[str, tuple[str, ...]]] = {
    "syntax error": ("def init(:\n", ("SyntaxError", IMPORT_FAILED, r"score\.py")),
    "import error": (f"import nowhere_to_be_found\n{INIT}{RUN}", ("nowhere_to_be_found", IMPORT_FAILED)),
    "exit at import": (f"{INIT}{RUN}raise SystemExit(0)\n", ("SystemExit", IMPORT_FAILED)),
    "not text": ("\x00", (IMPORT_FAILED,)),
    "empty file": ("", (r"does not have a init\(\) function defined\.",)),
    "no init": (RUN, (r"User script at .*/score\.py does not have a init\(\) function defined\.",)),
    "no run": (INIT, (r"User script at .*/score\.py does not have a run\(\) function defined\.",)),
    "star arguments": (f"{INIT}def run(*data):\n    pass\n", (PARAMETERS,)),
    "positional-only": (f"{INIT}def run(data, /):\n    pass\n", (PARAMETERS,)),
    "no argument": (f"{INIT}def run():\n    pass\n", (r"run\(\) needs to accept an argument for input data\.",)),
    "headers only": (
        f"{INIT}def run(request_headers):\n    pass\n",
        (r'run\(\) needs to accept an argument other than "request_headers"\.',),
    ),
    "raw and schema": (
        f'{SCHEMA}{RAW}{INIT}@rawhttp\n@input_schema("data", P(1))\n{RUN}',
        (r"run\(\) cannot be decorated with both @rawhttp and @input_schema",),
    ),
    "bad decorator": (f'{SCHEMA}{INIT}@input_schema("data", 5)\n{RUN}', (IMPORT_FAILED,)),
    "init raises": (
        f'def init():\n    raise ValueError("no model here")\n{RUN}',
        ("User's init function failed", "Encountered Exception", "ValueError: no model here"),
    ),
    "init exits": (f"def init():\n    raise SystemExit(0)\n{RUN}", ("User's init function failed", "SystemExit")),
    "init with an argument": (f"def init(model):\n    pass\n{RUN}", (r"init\(\)", "score.py")),
    "init is no function": (f"init = 5\n{RUN}", ("not callable|not a function",)),
    "run is no function": (f"{INIT}run = 5\n", ("not a callable|not a function",)),
}
FINE = INIT + RUN
TREE = (
    r"Model Directory Contents:",
    r"azmlinfsrv - models/$",
    r"azmlinfsrv -     a/$",
    r"azmlinfsrv -         1/$",
    r"azmlinfsrv -             model\.pkl$",
)
MODEL = {"models/a/1/model.pkl": "x", "score.py": f"def init():\n    raise ValueError\n{RUN}"}

SETUPS: dict[str, tuple[Setup, tuple[str, ...]]] = {
    "missing script": (Setup(entry="missing.py"), ("No such file or directory", r"missing\.py")),
    "a folder": (Setup(files={"score.py/x.txt": ""}), ("score.py",)),
    "no script": (
        Setup(entry=None),
        ("Either provide an entry_script using --entry_script or provide a path to the configuration file",),
    ),
    "no main": (
        Setup(files={"own.json": "{}"}, entry=None, arguments=("--config_file", "own.json")),
        (r"No score script found\. Expected score script main\.py\.", "Expected script to be found in PYTHONPATH: "),
    ),
    "no Python suffix": (Setup(files={"score.txt": FINE}, entry="score.txt"), ("score.txt",)),
    "model tree": (Setup(files=MODEL, arguments=("--model_dir", "models")), TREE),
    "bad config": (Setup(files={"score.py": FINE, "config.json": "{oops"}), ("Invalid config file",)),
    "bad time-out": (
        Setup(files={"score.py": FINE}, environment={"SCORING_TIMEOUT_MS": "soon"}),
        ("SCORING_TIMEOUT_MS",),
    ),
    "bad time-out in config": (
        Setup(files={"score.py": FINE, "config.json": '{"SCORING_TIMEOUT_MS": "soon"}'}),
        ("SCORING_TIMEOUT_MS",),
    ),
    "bad swagger": (Setup(files={"score.py": FINE, "swagger.json": "{oops"}), ("JSONDecodeError|swagger.json",)),
    "bad origin": (Setup(files={"score.py": FINE}, environment={"AML_CORS_ORIGINS": "*.b.com"}), (r"\*\.b\.com",)),
    "bad logging": (Setup(files={"score.py": FINE, "logging.json": "{oops"}), ("logging.json|JSONDecodeError",)),
    **{
        f"arguments {' '.join(arguments)}": (Setup(files={"score.py": FINE}, arguments=arguments), (arguments[0],))
        for arguments in (
            ("--unknown",),
            ("--port", "0"),
            ("--port", "abc"),
            ("--port", "70000"),
            ("--health_port", "-1"),
            ("--worker_count", "0"),
            ("--worker_count", "two"),
        )
    },
}

GROUPS = (
    Group(
        "start / help",
        Setup(entry=None, arguments=("--help",)),
        serves=False,
        lines=("--entry_script", "--model_dir", "--worker_count"),
        deviation=deviations.HELP,
    ),
    *(
        Group(f"start / {name}", Setup(files={"score.py": source}), serves=False, lines=lines)
        for name, (source, lines) in SOURCES.items()
    ),
    *(Group(f"start / {name}", setup, serves=False, lines=lines) for name, (setup, lines) in SETUPS.items()),
)
