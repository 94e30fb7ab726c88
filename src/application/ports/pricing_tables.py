"""The price book."""

from abc import abstractmethod
from typing import Protocol

from domain.pricing.pricing_table import PricingTable


class PricingTables(Protocol):
    """Where the price book in force comes from."""

    @abstractmethod
    def current(self) -> PricingTable:
        """The table in force, ready for look-ups; the same object until it is replaced.

        Raises ``Unavailable`` as long as it is not known which book is in force.
        """

    @abstractmethod
    def is_replaced(self) -> bool:
        """Whether an operator's book is in force in place of the bundled one."""
