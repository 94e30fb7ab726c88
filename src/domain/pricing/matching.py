"""Which names mean a model: match clauses, and the spellings of one name on different clouds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from domain.providers import canonical_provider


class Clause(Protocol):
    """A condition on a model name, which is in lower case."""

    def matches(self, name: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Equals:
    text: str

    def matches(self, name: str) -> bool:
        return name == self.text


@dataclass(frozen=True, slots=True)
class StartsWith:
    text: str

    def matches(self, name: str) -> bool:
        return name.startswith(self.text)


@dataclass(frozen=True, slots=True)
class EndsWith:
    text: str

    def matches(self, name: str) -> bool:
        return name.endswith(self.text)


@dataclass(frozen=True, slots=True)
class Contains:
    text: str

    def matches(self, name: str) -> bool:
        return self.text in name


@dataclass(frozen=True, slots=True)
class Regex:
    """Searched anywhere in the name. Raises ``re.error`` for a broken pattern."""

    pattern: str
    compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", re.compile(self.pattern))

    def matches(self, name: str) -> bool:
        return self.compiled.search(name) is not None


@dataclass(frozen=True, slots=True)
class AnyOf:
    clauses: tuple[Clause, ...]

    def matches(self, name: str) -> bool:
        return any(clause.matches(name) for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class AllOf:
    clauses: tuple[Clause, ...]

    def matches(self, name: str) -> bool:
        return all(clause.matches(name) for clause in self.clauses)


#: Clouds that may put a maker's name before a model's name, and the makers.
_CLOUDS = frozenset({"azure", "google", "vertex"})
_PUBLISHERS = frozenset({"anthropic", "deepseek", "google", "meta", "mistralai", "moonshotai"})
_COMPACT_DATE = re.compile(r"-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)")


def spellings(provider: str, model: str) -> Iterator[str]:
    """The names to look for, from the one sent to the barest; each once, in lower case.

    The provider's own name before a slash, resource paths (``models/x``, a Bedrock ARN), Vertex's
    ``@date`` and dates without dashes are the ways in which clouds and gateways dress up a name.
    Region prefixes stay: a region may have a price of its own.
    """
    sent = model.strip().lower()
    bare = _without_path(_without_provider(provider, sent))
    plain = _without_at(bare)
    dashed = (_COMPACT_DATE.sub(r"-\1-\2-\3", name) for name in (sent, plain))
    tuned = _tuned_base(bare)
    yield from dict.fromkeys(name for name in (sent, bare, plain, *dashed, tuned) if name)


def _tuned_base(name: str) -> str:
    """``ft:base`` of a fine-tuned ``ft:base:organization:suffix:id``, whose price is its own."""
    return ":".join(name.split(":")[:2]) if name.startswith("ft:") else ""


def _without_provider(provider: str, name: str) -> str:
    head, slash, tail = name.partition("/")
    if not slash or provider == "openrouter":  # there the maker is part of the name
        return name
    is_publisher = provider in _CLOUDS and head in _PUBLISHERS
    return tail if is_publisher or canonical_provider(head, None) == provider else name


def _without_path(name: str) -> str:
    if name.startswith("arn:"):
        return name.rpartition("/")[2]
    if name.startswith("models/") or "/models/" in name:
        return name.rpartition("models/")[2]
    return name


def _without_at(name: str) -> str:
    base, at, version = name.partition("@")
    if not at or not base or not version.isalnum():
        return name
    return f"{base}-{version}" if version.isdigit() else base
