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
    if isinstance(holder, dict):
        return holder.get(name)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return getattr(holder, name, None)


def is_model(value: object) -> bool:
    """Whether ``value`` is a model of pydantic 2."""
    return hasattr(type(value), "__pydantic_validator__")


def extra_field(holder: Any, name: str) -> Any:
    """A field that a client's models may not know, None where there is none.

    Most have none, and to ask a model of pydantic's for what it has not is slow.
    """
    if not is_model(holder) or name in holder.__dict__:
        return field(holder, name)
    extra = getattr(holder, "__pydantic_extra__", None)
    return extra.get(name) if extra else None


def text_field(holder: Any, name: str) -> str | None:
    """The same, unless it is no text."""
    value: Any = (  # pyright: ignore[reportUnknownVariableType]
        holder.get(name)  # pyright: ignore[reportUnknownMemberType]
        if isinstance(holder, dict)
        else getattr(holder, name, None)
    )
    return value if isinstance(value, str) and value else None
