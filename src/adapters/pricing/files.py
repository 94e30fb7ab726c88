"""Price books' files, read by the same rules as the bundled one."""

from adapters.pricing.book import BOOK
from adapters.pricing.book_file import table_of
from adapters.pricing.book_records import PriceBookError, parse_book
from application.ports.price_book_files import PriceBookFiles
from domain.errors import Invalid
from domain.pricing.pricing_table import PricingTable

#: Far more than any book, and little enough to keep.
MOST_BYTES = 32 * 2**20


class JsonPriceBookFiles(PriceBookFiles):
    def read(self, content: bytes) -> PricingTable:
        if len(content) > MOST_BYTES:
            raise Invalid(f"A price book has at most {MOST_BYTES} bytes.", code="broken_price_book")
        try:
            return table_of(parse_book(content))
        except PriceBookError as error:
            raise Invalid(f"This is not a {error.detail}.", code="broken_price_book") from error

    def bundled(self) -> bytes:
        return BOOK.read_bytes()
