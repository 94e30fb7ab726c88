"""By what names people tell the calls of an organization apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownNames:
    """``keys`` has names by ids, newest first; ``tags`` are in the order of their code points."""

    keys: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
