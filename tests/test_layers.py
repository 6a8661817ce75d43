"""Imports go down only, without cycles, and importing does nothing. A new top-level module needs a line in LAYERS."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from textwrap import dedent

import pytest

from tests.process import clean_environment

PACKAGE = "scoring_runtime"
ROOT = Path(__file__).parents[1] / PACKAGE

# From top to bottom. A module imports from its own package and from lower layers, never from its own layer.
LAYERS = (
    {"__main__"},
    {"cli"},
    {"server"},
    {"http"},
    {"script"},
    {"compat", "dispatch", "openapi", "settings_report", "settings_sources"},
    {"authoring", "call", "settings"},
    {"json_text", "request", "setting_values", "stream"},
    {"telemetry"},
    {"errors"},
    {PACKAGE},
)

# Imports inside functions, each with its reason.
LAZY = {
    ("cli", "server.process"): "--help and --show-settings need none of the server's libraries",
    ("script.binding", "authoring.request"): "only raw scripts need werkzeug",
    ("server.observers", "telemetry.insights"): "an extra, loaded only when it is switched on",
    ("server.observers", "telemetry.traces"): "an extra, loaded only when it is switched on",
    ("http.metrics", "telemetry.exposition"): "only a scrape needs prometheus_client and psutil (some 30 ms)",
}

HEAVY = {
    "numpy",
    "pandas",
    "werkzeug",
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "orjson",
    "inference_schema",
    "prometheus_client",
    "psutil",
    "opentelemetry",
    "azure.monitor.opentelemetry.exporter",
    "PIL",
    "sklearn",
}


def module_name(path: Path) -> str:
    """Below the package: `http.score`; the package itself by its name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(parts) or PACKAGE


SOURCES = {module_name(path): path for path in sorted(ROOT.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text()) for name, path in SOURCES.items()}


def layer_of(name: str) -> int:
    top = name.partition(".")[0]
    return next(number for number, layer in enumerate(LAYERS) if top in layer)


def imported_names(name: str, node: ast.AST) -> Iterator[str]:
    """What a statement imports, in full."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = [PACKAGE, *name.split(".")] if name != PACKAGE else [PACKAGE]
        if SOURCES[name].name != "__init__.py":
            package.pop()
        base = [*package[: len(package) - node.level + 1]] if node.level else []
        source = ".".join([*base, *([node.module] if node.module else [])])
        yield source
        yield from (f"{source}.{alias.name}" for alias in node.names)


def our_imports(name: str, nodes: Iterator[ast.AST]) -> set[str]:
    """The modules of the package among what `nodes` import, the most specific of each."""
    found = {each for node in nodes for each in imported_names(name, node) if each.partition(".")[0] == PACKAGE}
    modules = {each.removeprefix(f"{PACKAGE}.") for each in found} & set(SOURCES)
    parents = {parent for parent in modules if any(each.startswith(f"{parent}.") for each in modules)}
    return (modules - parents) | ({PACKAGE} if f"{PACKAGE}.__version__" in found else set())


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def walk(node: ast.AST, in_functions: bool) -> Iterator[ast.AST]:
    """Statements outside functions (or inside them), but for those that only type checkers read."""
    for child in ast.iter_child_nodes(node):
        if is_type_checking(child):
            continue
        is_function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if not in_functions and is_function:
            continue
        if in_functions and is_function:
            yield from ast.walk(child)
        else:
            if not in_functions:
                yield child
            yield from walk(child, in_functions)


IMPORTS = {name: our_imports(name, walk(tree, in_functions=False)) - {name} for name, tree in TREES.items()}
LAZY_IMPORTS = {name: our_imports(name, walk(tree, in_functions=True)) for name, tree in TREES.items()}


def test_every_module_has_a_layer() -> None:
    known = set().union(*LAYERS)
    assert {name.partition(".")[0] for name in SOURCES} == known


def test_the_reading_of_imports_finds_them() -> None:
    assert {"dispatch.dispatcher", "http.patience", "call"} <= IMPORTS["http.score"]
    assert "telemetry.output" in IMPORTS["telemetry.access"]
    assert PACKAGE in IMPORTS["cli"]


@pytest.mark.parametrize("name", SOURCES)
def test_imports_go_down(name: str) -> None:
    own = name.partition(".")[0]
    for other in IMPORTS[name] | LAZY_IMPORTS[name]:
        assert other.partition(".")[0] == own or layer_of(other) > layer_of(name), f"{name} imports {other}"


def test_there_is_no_cycle() -> None:
    order = list(TopologicalSorter(IMPORTS).static_order())
    assert set(order) == set(SOURCES)


def test_imports_inside_functions_are_the_documented_ones() -> None:
    assert {(name, other) for name, others in LAZY_IMPORTS.items() for other in others} == set(LAZY)


def test_foreign_imports_inside_functions_do_not_exist() -> None:
    foreign = {
        (name, each)
        for name, tree in TREES.items()
        for node in walk(tree, in_functions=True)
        for each in imported_names(name, node)
        if each.partition(".")[0] != PACKAGE
    }
    assert foreign == set()


def printed(code: str) -> list[str]:
    """What a fresh interpreter prints, warnings being errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", dedent(code)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize("name", ["cli", "authoring", "openapi", "settings_report", "dispatch.admission", "call"])
def test_light_modules_load_no_heavy_library(name: str) -> None:
    loaded = printed(f"import sys, {PACKAGE}.{name}; print(*sys.modules)")
    assert HEAVY & set(loaded) == set()


def test_serving_a_text_script_does_not_load_the_libraries_of_other_modes() -> None:
    loaded = printed(f"import sys, {PACKAGE}.server.process; print(*sys.modules)")
    assert {"pandas", "werkzeug", "inference_schema", "prometheus_client", "psutil", "opentelemetry"} & set(
        loaded
    ) == set()


def test_importing_has_no_side_effect() -> None:
    names = [name for name in SOURCES if name != "__main__" and not name.startswith("compat.azure")]
    code = f"""
        import asyncio, builtins, importlib, logging, os, signal, sys, threading
        if sys.version_info < (3, 11):
            import exceptiongroup  # a backport that starlette needs there; it sets sys.excepthook
        def state():
            return [
                threading.active_count(), dict(os.environ), os.getcwd(), sys.path[:], builtins.print, sys.stdout,
                sys.stderr, logging.getLogger().handlers[:], sys.getswitchinterval(), sys.excepthook,
                [signal.getsignal(number) for number in signal.valid_signals()],
                [
                    name for name in logging.Logger.manager.loggerDict for handler in logging.getLogger(name).handlers
                    if not isinstance(handler, logging.NullHandler)  # what libraries are advised to have
                ],
                [finder for finder in sys.meta_path if "{PACKAGE}" in repr(finder)],
            ]
        before = state()
        for name in {names}:
            importlib.import_module("{PACKAGE}" if name == "{PACKAGE}" else "{PACKAGE}." + name)
        assert state() == before, [pair for pair in zip(before, state()) if pair[0] != pair[1]]
    """
    assert printed(code) == []
