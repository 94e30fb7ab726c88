"""Which of an organization's own terms made a price."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from domain.money import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The ids of the terms that were applied; ``discount_percent`` is what came off the list."""

    own_price_id: str | None = None
    discount_id: str | None = None
    discount_percent: Decimal | None = None
    alias_id: str | None = None

    def names(self, terms_id: str) -> bool:
        """Whether the terms of this id were applied."""
        return terms_id in (self.own_price_id, self.discount_id, self.alias_id)

    def as_document(self) -> dict[str, Any]:
        """In JSON's types; what was not applied is left out."""
        percent = self.discount_percent
        stated = {
            "own_price_id": self.own_price_id,
            "discount_id": self.discount_id,
            "discount_percent": None if percent is None else plain(percent),
            "alias_id": self.alias_id,
        }
        return {name: value for name, value in stated.items() if value is not None}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The agreement that ``as_document`` wrote."""
        fields = dict(document)
        if "discount_percent" in fields:
            fields["discount_percent"] = Decimal(fields["discount_percent"])
        return cls(**fields)
