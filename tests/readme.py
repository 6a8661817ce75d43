"""The README's generated part, and its examples as data. `python -m tests.readme` rewrites the settings table."""

from __future__ import annotations

import re
from pathlib import Path

from scoring_runtime.settings_report import settings_table

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- settings -->", "<!-- /settings -->"


def with_settings(text: str) -> str:
    """`text` with the table of settings between its marks."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{settings_table()}\n\n{END}{tail}"


def code_blocks(language: str) -> list[str]:
    """The README's code blocks in `language`."""
    return re.findall(rf"^```{language}\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)


def main() -> None:
    README.write_text(with_settings(README.read_text()))


if __name__ == "__main__":
    main()
