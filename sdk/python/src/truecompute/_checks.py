"""Arguments that cannot work, told where they are given."""

import math

from truecompute._exceptions import ConfigurationError


def checked_key(key: str) -> str:
    """The key without spaces around it. Raises ``ConfigurationError`` for one that is none."""
    stripped = key.strip()
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise ConfigurationError("api_key holds characters that no key has")
    return stripped


def check_positive(**limits: object) -> None:
    """Raises ``ConfigurationError`` for a limit that is no finite number above 0."""
    for name, value in limits.items():
        if not isinstance(value, (int, float)) or not 0 < value < math.inf:
            raise ConfigurationError(f"{name} is a number above 0, not {value!r}")
