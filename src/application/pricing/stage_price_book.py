"""An operator gives a price book, and sees what it would change."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.price_book_files import PriceBookFiles
from application.ports.pricing_tables import PricingTables
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFound
from domain.pricing.book_changes import BookChanges, Refusal, compare, refusals
from domain.pricing.pricing_table import PricingTable
from domain.pricing.stored_book import StoredBook


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedBook:
    """A book that waits, what it changes against the one in force, and what speaks against it."""

    book: StoredBook
    changes: BookChanges
    refusals: tuple[Refusal, ...]


class StagePriceBook:
    """Store a book that is not in force yet; None for ``content`` compares the one that waits.

    Raises:
        Invalid: the file is not a sound price book; nothing is stored.
        NotFound: none waits.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        files: PriceBookFiles,
        pricing_tables: PricingTables,
        identifiers: Identifiers,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._files = files
        self._pricing_tables = pricing_tables
        self._identifiers = identifiers
        self._clock = clock

    def __call__(self, content: bytes | None) -> StagedBook:
        with self._units_of_work() as uow:
            if content is None:
                book = uow.price_books.staged()
                if book is None:
                    raise NotFound("No price book is staged.")
                table = self._files.read(book.content)
            else:
                table = self._files.read(content)
                book = self._new(content, table)
                uow.price_books.stage(book)
                uow.commit()
        return self._compared(book, table)

    def _new(self, content: bytes, table: PricingTable) -> StoredBook:
        return StoredBook(
            id=self._identifiers.new(),
            book_version=table.book_version,
            content=content,
            staged_at=self._clock.now(),
        )

    def _compared(self, book: StoredBook, table: PricingTable) -> StagedBook:
        changes = compare(self._pricing_tables.current(), table, self._clock.now().date())
        return StagedBook(book=book, changes=changes, refusals=tuple(refusals(changes)))
