"""Reading answers of any shape: a mapping, or an object with attributes."""

from collections.abc import Mapping
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether ``value`` is an object of JSON, as ``json`` reads them."""
    return isinstance(value, dict)


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether ``value`` has its fields by name, of whichever class it is."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether ``value`` is an array of JSON, as ``json`` reads them."""
    return isinstance(value, list)


def field(holder: Any, name: str) -> Any:
    """What ``holder`` has under ``name``, None where it has none."""
    return holder.get(name) if isinstance(holder, dict) else getattr(holder, name, None)


def text_field(holder: Any, name: str) -> str | None:
    """The same, unless it is no text."""
    value = holder.get(name) if isinstance(holder, dict) else getattr(holder, name, None)
    return value if isinstance(value, str) and value else None
