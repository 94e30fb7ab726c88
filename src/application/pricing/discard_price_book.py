"""The staged price book is forgotten."""

from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFound


class DiscardPriceBook:
    """Forget the book that waits; the one in force stays.

    Raises:
        NotFound: none is staged.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self) -> None:
        with self._units_of_work() as uow:
            if not uow.price_books.discard():
                raise NotFound("No price book is staged.")
            uow.commit()
