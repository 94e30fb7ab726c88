"""A person who signs in."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.errors import Invalid
from domain.phrases import Phrase

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """``email`` is lower-case and unique among all users."""

    id: str
    email: str
    name: str | None
    password_hash: str = field(repr=False)
    created_at: datetime

    def with_password_hash(self, password_hash: str) -> "User":
        return replace(self, password_hash=password_hash)


def check_password_length(password: str, pointer: str) -> None:
    """Refuse a password outside 12 to 1,024 characters. There are no composition rules.

    Raises:
        Invalid: with code ``invalid_password``.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        detail = Phrase(
            "must have %(least)s to %(most)s characters",
            least=SHORTEST_PASSWORD,
            most=LONGEST_PASSWORD,
        )
        raise Invalid.at(pointer, detail, code="invalid_password")
