"""Arguments that cannot work, told where they are given."""

import sys

from truecompute._exceptions import ConfigurationError

#: What is longer is a mistake, of units or else, and more than some systems can wait.
_MOST_SECONDS = 86_400


def check_texts(**texts: object) -> None:
    """Raises ``ConfigurationError`` for what is there and no text."""
    for name, value in texts.items():
        if value is not None and not isinstance(value, str):
            raise ConfigurationError(f"{name} is a text, not {type(value).__name__}")


def checked_key(key: str) -> str:
    """The key without spaces around it. Raises ``ConfigurationError`` for one that is none."""
    stripped = key.strip()
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise ConfigurationError("api_key holds characters that no key has")
    return stripped


def check_positive(**limits: object) -> None:
    """Raises ``ConfigurationError`` for a limit that is no number above 0, or above all memory."""
    for name, value in limits.items():
        _check(name, value, sys.maxsize)


def check_seconds(**waits: object) -> None:
    """Raises ``ConfigurationError`` for a wait that is no number above 0, or longer than a day."""
    for name, value in waits.items():
        _check(name, value, _MOST_SECONDS)


def _check(name: str, value: object, most: int) -> None:
    if type(value) is bool or not isinstance(value, (int, float)) or not 0 < value <= most:
        raise ConfigurationError(
            f"{name} is a number above 0 and at most {most}, not {repr(value)[:40]}"
        )
