"""Price books in memory."""

from dataclasses import replace
from datetime import datetime

from adapters.memory.state import State
from application.ports.price_books import PriceBooks
from domain.pricing.stored_book import StoredBook


class InMemoryPriceBooks(PriceBooks):
    def __init__(self, state: State) -> None:
        self._books = state.price_books

    def stage(self, book: StoredBook) -> None:
        self.discard()
        self._books[book.id] = book

    def staged(self) -> StoredBook | None:
        return next((b for b in self._books.values() if b.activated_at is None), None)

    def discard(self) -> bool:
        staged = self.staged()
        return staged is not None and self._books.pop(staged.id, None) is not None

    def activate(self, book: StoredBook, now: datetime) -> None:
        self.retire(now)
        self._books[book.id] = replace(self._books[book.id], activated_at=now, note=book.note)

    def retire(self, now: datetime) -> bool:
        active = self.active_id()
        if active is None:
            return False
        self._books[active] = replace(self._books[active], retired_at=now)
        return True

    def active_id(self) -> str | None:
        return next((book.id for book in self._books.values() if book.is_active), None)

    def get(self, book_id: str) -> StoredBook | None:
        return self._books.get(book_id)

    def used(self, book_version: str) -> StoredBook | None:
        found = [b for b in self._used() if b.book_version == book_version]
        return found[0] if found else None

    def history(self, *, limit: int = 20) -> list[StoredBook]:
        return [replace(book, content=b"") for book in self._used()[:limit]]

    def _used(self) -> list[StoredBook]:
        used = [book for book in self._books.values() if book.activated_at]
        return sorted(used, key=lambda book: (book.activated_at, book.id), reverse=True)
