"""An operator gives a price book, and sees what it would change."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.price_book_files import PriceBookFiles
from application.ports.pricing_tables import PricingTables
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.errors import Invalid, NotFound
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
        Invalid: the file is not a sound price book, or ``book_version_taken``: other prices were
            in force under its version; nothing is stored.
        Unavailable: the book in force is not known.
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
        if content is None:
            book = self._staged()
            return self._compared(book, self._files.read(book.content))
        table = self._files.read(content)
        found = self._compared(self._new(content, table), table)
        with self._units_of_work() as uow:
            self._check_version(uow, found.book)
            uow.price_books.stage(found.book)
            uow.commit()
        return found

    def _staged(self) -> StoredBook:
        with self._units_of_work() as uow:
            book = uow.price_books.staged()
        if book is None:
            raise NotFound("No price book is staged.")
        return book

    def _check_version(self, uow: UnitOfWork, book: StoredBook) -> None:
        """A version stands for its prices: events name it, and only a new one is noticed."""
        bundled = self._files.bundled()
        used = uow.price_books.used(book.book_version)
        is_of_bundled = self._files.read(bundled).book_version == book.book_version
        for content in (bundled if is_of_bundled else None, used.content if used else None):
            if content is not None and content != book.content:
                raise Invalid(
                    f"Other prices were in force as {book.book_version}: "
                    "give this file a book_version of its own.",
                    code="book_version_taken",
                )

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
