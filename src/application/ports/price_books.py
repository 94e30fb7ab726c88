"""Price books that an operator gave."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.pricing.stored_book import StoredBook


class PriceBooks(Protocol):
    """At most one book is staged and at most one is active; none active means the bundled one."""

    @abstractmethod
    def stage(self, book: StoredBook) -> None:
        """Store a book that is not in force yet, in the place of an earlier one."""

    @abstractmethod
    def staged(self) -> StoredBook | None:
        """The book that waits, or None; nobody else activates it until the unit of work ends."""

    @abstractmethod
    def discard(self) -> bool:
        """Forget the staged book; whether there was one."""

    @abstractmethod
    def activate(self, book: StoredBook, now: datetime) -> None:
        """Put the staged book in force, and the one before it out."""

    @abstractmethod
    def retire(self, now: datetime) -> bool:
        """Put the active book out of force; whether there was one."""

    @abstractmethod
    def active_id(self) -> str | None:
        """The id of the book in force; None for the bundled one."""

    @abstractmethod
    def get(self, book_id: str) -> StoredBook | None:
        """A book with its content."""

    @abstractmethod
    def used(self, book_version: str) -> StoredBook | None:
        """The newest book of this version that is or was in force, with its content."""

    @abstractmethod
    def history(self, *, limit: int = 20) -> list[StoredBook]:
        """Books that are or were in force, the newest first, without their content."""
