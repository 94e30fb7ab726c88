"""The staged price book takes the place of the one in force."""

from dataclasses import replace

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.pricing.stage_price_book import StagedBook, StagePriceBook
from domain.errors import Conflict
from domain.text import check_text


class ActivatePriceBook:
    """Put the staged book in force, everywhere within seconds.

    - What speaks against it must be accepted with a reason, which is kept.

    Raises:
        NotFound: none is staged.
        Conflict: ``book_refused``, and no reason was given; ``book_changed``: somebody else has
            staged another one meanwhile.
        Unavailable: the book in force is not known.
        Invalid: the reason is too long.
    """

    def __init__(self, units_of_work: UnitsOfWork, stage: StagePriceBook, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._stage = stage
        self._clock = clock

    def __call__(self, reason: str | None = None) -> StagedBook:
        found = self._stage(None)
        if found.refusals and not reason:
            details = "; ".join(refusal.detail for refusal in found.refusals[:5])
            raise Conflict(f"The staged price book is refused: {details}.", code="book_refused")
        note = check_text(reason, "/reason", longest=500) if reason else None
        with self._units_of_work() as uow:
            staged = uow.price_books.staged()
            if staged is None or staged.id != found.book.id:
                raise Conflict("The staged price book is another one by now.", code="book_changed")
            uow.price_books.activate(replace(staged, note=note), self._clock.now())
            uow.commit()
        return found
