"""Price books in PostgreSQL."""

import gzip
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, text, update

from adapters.sql.ids import is_id
from adapters.sql.pricing_tables import IS_ACTIVE, price_books
from application.ports.price_books import PriceBooks
from domain.pricing.stored_book import StoredBook

_PLAIN = ("id", "book_version", "staged_at", "note", "activated_at", "retired_at")


class SqlPriceBooks(PriceBooks):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stage(self, book: StoredBook) -> None:
        self.discard()
        values = {name: getattr(book, name) for name in _PLAIN}
        content = gzip.compress(book.content, mtime=0)
        self._connection.execute(insert(price_books).values(**values, content=content))

    def staged(self) -> StoredBook | None:
        found = select(price_books).where(price_books.c.activated_at.is_(None))
        newest = found.order_by(price_books.c.id.desc()).limit(1).with_for_update()
        row = self._connection.execute(newest).one_or_none()
        return None if row is None else _to_book(row._asdict())

    def discard(self) -> bool:
        staged = delete(price_books).where(price_books.c.activated_at.is_(None))
        return self._connection.execute(staged).rowcount > 0

    def activate(self, book: StoredBook, now: datetime) -> None:
        self.retire(now)
        self._connection.execute(
            update(price_books)
            .where(price_books.c.id == book.id)
            .values(activated_at=now, note=book.note)
        )

    def retire(self, now: datetime) -> bool:
        active = update(price_books).where(text(IS_ACTIVE)).values(retired_at=now)
        return self._connection.execute(active).rowcount > 0

    def active_id(self) -> str | None:
        found = select(price_books.c.id).where(text(IS_ACTIVE))
        return self._connection.execute(found).scalar_one_or_none()

    def get(self, book_id: str) -> StoredBook | None:
        if not is_id(book_id):
            return None
        found = select(price_books).where(price_books.c.id == book_id)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else _to_book(row._asdict())

    def used(self, book_version: str) -> StoredBook | None:
        of_version = _newest_used(select(price_books)).where(
            price_books.c.book_version == book_version
        )
        row = self._connection.execute(of_version.limit(1)).one_or_none()
        return None if row is None else _to_book(row._asdict())

    def history(self, *, limit: int = 20) -> list[StoredBook]:
        used = _newest_used(select(*(price_books.c[name] for name in _PLAIN)))
        rows = self._connection.execute(used.limit(limit))
        return [StoredBook(**row._asdict(), content=b"") for row in rows]


def _newest_used(books: Select[Any]) -> Select[Any]:
    newest = (price_books.c.activated_at.desc(), price_books.c.id.desc())
    return books.where(price_books.c.activated_at.is_not(None)).order_by(*newest)


def _to_book(row: dict[str, Any]) -> StoredBook:
    return StoredBook(**{**row, "content": gzip.decompress(row["content"])})
