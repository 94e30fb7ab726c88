"""Reading answers of any shape: a mapping, or an object with attributes."""

from typing import Any


def field(holder: Any, name: str) -> Any:
    """What ``holder`` has under ``name``, None where it has none."""
    if isinstance(holder, dict):
        return holder.get(name)
    return getattr(holder, name, None)


def text_field(holder: Any, name: str) -> str | None:
    """The same, unless it is no text."""
    value = field(holder, name)
    return value if isinstance(value, str) and value else None
