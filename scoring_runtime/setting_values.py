"""The kinds of values that settings have: each function turns text into a value or says what it expected."""

from __future__ import annotations

from collections.abc import Callable

TRUE_WORDS = ("true", "1", "yes", "on", "t", "y")
FALSE_WORDS = ("false", "0", "no", "off", "f", "n")


def text(value: str) -> str:
    return value


def whole_number(value: str) -> int:
    return 0 if value.strip() == "0" else positive_int(value)


def positive_int(value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise ValueError("expected a whole number of at least 1") from None
    if number < 1:
        raise ValueError("expected a whole number of at least 1")
    return number


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
