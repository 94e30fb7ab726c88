"""Files of prices."""

from abc import abstractmethod
from typing import Protocol

from domain.pricing.pricing_table import PricingTable


class PriceBookFiles(Protocol):
    """Reads a price book's file, strictly: a wrong price is worse than none."""

    @abstractmethod
    def read(self, content: bytes) -> PricingTable:
        """The table of a file. Raises ``Invalid`` that says where it is not a price book."""

    @abstractmethod
    def bundled(self) -> bytes:
        """The file of the book that comes with the server."""
