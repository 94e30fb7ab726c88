"""The price book that ships with the server."""

from functools import cached_property
from pathlib import Path

from adapters.pricing.book_file import table_of
from adapters.pricing.book_records import parse_book
from application.ports.pricing_tables import PricingTables
from domain.pricing.pricing_table import PricingTable

BOOK = Path(__file__).with_name("price_book.json")


def load_pricing_table(path: Path = BOOK) -> PricingTable:
    """The table in a file, checked. Raises ``PriceBookError``."""
    return table_of(parse_book(path.read_bytes()))


class BundledPricingTables(PricingTables):
    """The bundled book, read once, when it is first asked for."""

    def current(self) -> PricingTable:
        return self._table

    def is_replaced(self) -> bool:
        return False

    @cached_property
    def _table(self) -> PricingTable:
        return load_pricing_table()
