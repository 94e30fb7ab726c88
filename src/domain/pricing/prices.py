"""What pricing a call needs to know of prices, whoever's they are."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.pricing.quote import Quote
from domain.usage.token_usage import TokenUsage


class Prices(Protocol):
    """The list's prices, or those of one organization."""

    book_version: str

    @abstractmethod
    def quote(
        self,
        provider: str,
        model: str,
        *,
        at: datetime,
        usage: TokenUsage,
        service_tier: str | None = None,
        speed: str | None = None,
        region: str | None = None,
    ) -> Quote | None:
        """The price of a call that started at ``at`` and used this; None where it is not known."""
