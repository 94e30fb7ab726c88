"""The price books that an operator gave."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.pricing.stored_book import StoredBook


@dataclass(frozen=True, slots=True)
class PriceBookList:
    """The one that waits, and the last ones that are or were in force, the newest first."""

    staged: StoredBook | None
    history: tuple[StoredBook, ...]


class ListPriceBooks:
    """What an operator has staged and put in force so far."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, *, limit: int = 5) -> PriceBookList:
        with self._units_of_work() as uow:
            return PriceBookList(
                uow.price_books.staged(), tuple(uow.price_books.history(limit=limit))
            )
