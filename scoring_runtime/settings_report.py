"""The settings as text: the values of one start with their origins, and the table of the README."""

from __future__ import annotations

from collections.abc import Iterator

from scoring_runtime.settings import Option, Settings, options

MASK = "***"


def show_settings(settings: Settings) -> str:
    """One line per setting: name, value, origin. Secrets are masked."""
    rows = [
        (
            _label(option),
            _shown(option, getattr(settings, option.name)),
            settings.origins.get(option.name, "default"),
        )
        for option in options()
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{name:<{widths[0]}}  {value:<{widths[1]}}  {origin}" for name, value, origin in rows)


def settings_table() -> str:
    """The declared settings as a Markdown table."""
    return "\n".join(["| flag | environment, config.json | default | meaning |", "|---|---|---|---|", *_table_rows()])


def _table_rows() -> Iterator[str]:
    for option in options():
        flags = ", ".join(f"`{flag}`" for flag in option.flags)
        env = ", ".join(f"`{name}`" for name in option.env)
        default = "" if option.default is None or option.default == "" else f"`{literal(option.default)}`"
        yield f"| {flags} | {env} | {default} | {option.help} |"


def _label(option: Option) -> str:
    return option.env[0] if option.env else option.name


def _shown(option: Option, value: object) -> str:
    if value is None:
        return "(not set)"
    return MASK if option.is_secret else literal(value)


def literal(value: object) -> str:
    """A value as one would write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
