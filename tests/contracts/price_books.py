"""What every store of an operator's price books promises."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from application.ports.unit_of_work import UnitsOfWork
from domain.pricing.stored_book import StoredBook
from tests.builders import NOW, an_id


def a_book(**changes: Any) -> StoredBook:
    fields: dict[str, Any] = {
        "id": an_id(),
        "book_version": "2026-12-01",
        "content": b'{"a": "\xc3\xbc"}\x00\xff' * 1000,
        "staged_at": NOW,
    }
    return StoredBook(**(fields | changes))


class PriceBooksContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    def test_a_staged_book_waits_and_is_not_in_force(self, units_of_work: UnitsOfWork) -> None:
        book = a_book()
        with units_of_work() as uow:
            assert uow.price_books.staged() is None
            uow.price_books.stage(book)
            uow.commit()
        with units_of_work() as uow:
            assert uow.price_books.staged() == book
            assert uow.price_books.get(book.id) == book
            assert uow.price_books.active_id() is None
            assert uow.price_books.history() == []

    def test_a_book_takes_the_place_of_the_one_that_waited(
        self, units_of_work: UnitsOfWork
    ) -> None:
        first, second = a_book(), a_book()
        with units_of_work() as uow:
            uow.price_books.stage(first)
            uow.price_books.stage(second)
            assert uow.price_books.staged() == second
            assert uow.price_books.get(first.id) is None
            assert uow.price_books.discard()
            assert not uow.price_books.discard()
            assert uow.price_books.staged() is None

    def test_an_activated_book_puts_the_one_before_it_out(self, units_of_work: UnitsOfWork) -> None:
        first, second = a_book(), a_book()
        later = NOW + timedelta(days=1)
        with units_of_work() as uow:
            uow.price_books.stage(first)
            uow.price_books.activate(first, NOW)
            uow.price_books.stage(second)
            assert uow.price_books.active_id() == first.id
            uow.price_books.activate(replace(second, note="agreed"), later)
            uow.commit()
        with units_of_work() as uow:
            assert uow.price_books.active_id() == second.id
            assert uow.price_books.staged() is None
            newest, oldest = uow.price_books.history()
        assert (newest.id, newest.note, newest.activated_at) == (second.id, "agreed", later)
        assert (oldest.id, oldest.retired_at, oldest.content) == (first.id, later, b"")

    def test_a_version_that_was_in_force_is_found_with_its_content(
        self, units_of_work: UnitsOfWork
    ) -> None:
        first = a_book(book_version="a", content=b"1")
        again = a_book(book_version="a", content=b"2")
        waiting = a_book(book_version="b")
        with units_of_work() as uow:
            for number, book in enumerate((first, again)):
                uow.price_books.stage(book)
                uow.price_books.activate(book, NOW + timedelta(days=number))
            uow.price_books.stage(waiting)
            found = uow.price_books.used("a")
            assert uow.price_books.used("b") is None
            assert uow.price_books.used("c") is None
        assert found is not None
        assert (found.id, found.content) == (again.id, b"2")

    def test_a_book_that_is_put_out_leaves_none_in_force(self, units_of_work: UnitsOfWork) -> None:
        book = a_book()
        with units_of_work() as uow:
            assert not uow.price_books.retire(NOW)
            uow.price_books.stage(book)
            uow.price_books.activate(book, NOW)
            assert uow.price_books.retire(NOW)
            assert uow.price_books.active_id() is None
            assert uow.price_books.get(an_id()) is None
