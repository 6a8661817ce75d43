"""The kinds of values that settings have: each function turns text into a value or says what it expected."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

TRUE_WORDS = ("true", "1", "yes", "on", "t", "y")
FALSE_WORDS = ("false", "0", "no", "off", "f", "n")


def text(value: str) -> str:
    return value


def at_least(least: int) -> Callable[[str], int]:
    """A whole number, not below `least`."""

    def parse(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            number = least - 1
        if number < least:
            raise ValueError(f"expected a whole number of at least {least}")
        return number

    parse.__name__ = f"at_least_{least}"
    return parse


whole_number = at_least(0)
positive_int = at_least(1)


def http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected an address such as http://127.0.0.1:4318")
    return value


def percentage(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise ValueError("expected a number from 0 to 100") from None
    if not 0 <= number <= 100:
        raise ValueError("expected a number from 0 to 100")
    return number


def port_number(value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise ValueError("expected a port number from 1 to 65535") from None
    if not 1 <= number <= 65535:
        raise ValueError("expected a port number from 1 to 65535")
    return number


def port_or_zero(value: str) -> int:
    return 0 if value.strip() == "0" else port_number(value)


def one_of(*words: str) -> Callable[[str], str]:
    """One of `words`, in any case."""

    def parse(value: str) -> str:
        word = value.strip().lower()
        if word not in words:
            raise ValueError(f"expected {', '.join(words[:-1])} or {words[-1]}")
        return word

    parse.__name__ = "_or_".join(words)
    return parse


def boolean(value: str) -> bool:
    word = value.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError("expected true or false")


def exactly_true(value: str) -> bool:
    return value == "true"


def loose_true(value: str) -> bool:
    return value.lower() == "true"
