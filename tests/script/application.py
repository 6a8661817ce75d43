"""An application root with an entry script in it, as an operator has one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from scoring_runtime.script.loader import Script, ScriptPlace, load_script

INIT = "def init(): pass\n"


@dataclass(frozen=True)
class Application:
    """The files of one test's application."""

    root: Path

    def write(self, name: str, source: str) -> Path:
        """The file `name` below the root, with `source` without its indentation."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source))
        return path

    def load(self, source: str, name: str = "score.py", source_directory: str | None = None) -> Script:
        """The entry script with this source, loaded."""
        self.write(name, source)
        return load_script(ScriptPlace(str(self.root), name, source_directory))
