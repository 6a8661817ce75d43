"""The command line: `scoring-runtime [serve] score.py [options]`. Turns a StartError into a message and a code."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import NoReturn

from scoring_runtime import __version__
from scoring_runtime.errors import StartError, UsageError
from scoring_runtime.server import interpreter
from scoring_runtime.server.core_budget import budget_line, core_budget, exported, library_threads
from scoring_runtime.settings import Option, Settings, options
from scoring_runtime.settings_report import literal, show_settings
from scoring_runtime.settings_sources import load_settings
from scoring_runtime.telemetry import logs, standard_streams
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.output import BoundedWriter

logger = logging.getLogger(LOGGER)

EXIT_USAGE = 1
EXIT_INTERRUPTED = 130
COMMANDS = ("serve",)
LAST_RESORT_S = 5.0


class _Parser(argparse.ArgumentParser):
    """argparse's parser, with the exit code of the original server for a wrong command line."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: error: {message}\n")


def build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="scoring-runtime",
        usage="%(prog)s [options] score.py",
        description="Serves an entry script (init and run) over HTTP.",
    )
    parser.add_argument("script", nargs="?", metavar="score.py", help="the entry script")
    for option in options():
        if option.flags:
            parser.add_argument(
                option.flags[0],
                dest=option.name,
                metavar=option.flags[0].lstrip("-").upper().replace("-", "_"),
                type=_checked(option),
                help=_help(option),
            )
    # Part of the original's command line, where nothing reads it either.
    parser.add_argument("--rest", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--show-settings", action="store_true", help="print each setting with its origin and exit")
    parser.add_argument("--version", action="version", version=f"scoring_runtime {__version__}")
    return parser


def _checked(option: Option) -> Callable[[str], str]:
    """Argparse's type: refuses what the option cannot parse, and passes the text on for `load_settings`."""

    def check(value: str) -> str:
        try:
            option.parse(value)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{error}, got {value!r}") from None
        return value

    return check


def _help(option: Option) -> str:
    default = "" if option.default in (None, "") else f" (default: {literal(option.default)})"
    names = f" [{', '.join(option.env)}]" if option.env else ""
    return f"{option.help}{default}{names}".replace("%", "%%")


def canonical(words: Sequence[str]) -> list[str]:
    """`words` with each flag's other spellings replaced by its first, which alone the parser knows.

    Otherwise `--model`, short for `--model_dir`, would be ambiguous: it is short for `--model-dir` too.
    """
    spellings = {flag: option.flags[0] for option in options() for flag in option.flags}
    split = [word.partition("=") for word in words]
    return [spellings.get(name, name) + sign + value for name, sign, value in split]


def given_flags(arguments: argparse.Namespace) -> dict[str, str]:
    """The options that the command line gave, by name."""
    flags = {option.name: getattr(arguments, option.name) for option in options() if option.flags}
    given = {name: value for name, value in flags.items() if value is not None}
    if arguments.script is not None:
        if "entry_script" in given:
            raise UsageError("The entry script is given twice: as an argument and with --entry_script.")
        given["entry_script"] = arguments.script
    return given


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line `argv` and returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] and words[0] in COMMANDS:
        del words[0]
    arguments = build_parser().parse_args(canonical(words))
    standard_streams.ensure_open()
    out, err = BoundedWriter(1), BoundedWriter(2)
    if not arguments.show_settings:
        logs.configure_defaults(out, err, arguments.log_format or os.environ.get("SCORING_LOG_FORMAT", ""))
    try:
        return _serve(arguments, out, err)
    except StartError as error:
        _report(error)
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    finally:
        out.drain(1.0)
        err.drain(1.0)


def run() -> NoReturn:
    """The program: `main`, and an end that threads which the script has left behind cannot put off."""
    code = main()
    last_resort = threading.Timer(LAST_RESORT_S, os._exit, (code,))
    last_resort.daemon = True
    last_resort.start()
    sys.exit(code)


def _serve(arguments: argparse.Namespace, out: BoundedWriter, err: BoundedWriter) -> int:
    settings = load_settings(given_flags(arguments), os.environ, os.getcwd())
    if arguments.show_settings:
        out.write(show_settings(settings) + "\n")
        return 0
    _require_script(settings)
    budget_text = _apply_core_budget(settings)
    interpreter.begin_loading()
    # The server's own parts are only needed, and only paid for, when something is served.
    from scoring_runtime.server.process import Console, serve

    return serve(settings, Console(out, err), budget_text)


def _apply_core_budget(settings: Settings) -> str:
    """Sets how many threads numeric libraries start, before the first of them is loaded; returns what to say of it."""
    budget = core_budget()
    share = library_threads(budget, settings.processes, settings.threads)
    given = frozenset(os.environ)
    os.environ.update(exported(share, given))
    return budget_line(budget, share, given)


def _require_script(settings: Settings) -> None:
    fallback = os.path.join(settings.app_root, "main.py")
    if settings.entry_script or settings.config_file or os.path.isfile(fallback):
        return
    raise UsageError(
        "Error!\nEither provide an entry_script using --entry_script or provide a path to the configuration file "
        "using --config_file. (The script may also be given as an argument, in AZUREML_ENTRY_SCRIPT, or be "
        f"main.py in {settings.app_root}.)"
    )


def _report(error: StartError) -> None:
    for line in str(error).split("\n"):
        logger.error("%s", line)
    if error.details:
        logger.error("Encountered Exception: %s", error.details)
