"""The price book in force: an operator's where there is one, else the bundled one."""

import math
import threading
import time
from collections.abc import Callable

import structlog

from application.ports.price_book_files import PriceBookFiles
from application.ports.pricing_tables import PricingTables
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import TrueComputeError, Unavailable
from domain.pricing.pricing_table import PricingTable

log = structlog.get_logger(__name__)

#: How old an answer to "is another book in force?" may be, in seconds.
LOOK_EVERY_S = 5.0
#: How soon to look again for the first answer; until then nothing can be priced.
_FIRST_LOOK_AGAIN_S = 1.0


class ServedPricingTables(PricingTables):
    """Looks for another book every few seconds, by one thread; the others go on with theirs.

    While the database is away, or holds a book that cannot be read, the table stays as it is.
    Before the database answered once with a book that can be read, none is in force: the bundled
    one could be the wrong one.
    """

    def __init__(
        self,
        bundled: PricingTables,
        files: PriceBookFiles,
        units_of_work: UnitsOfWork,
        *,
        every_s: float = LOOK_EVERY_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bundled = bundled
        self._files = files
        self._units_of_work = units_of_work
        self._every_s = every_s
        self._monotonic = monotonic
        self._looking = threading.Lock()
        self._due = -math.inf
        self._has_looked = False
        self._complaint: str | None = None
        self._active: tuple[str, PricingTable] | None = None

    def current(self) -> PricingTable:
        if not self._has_looked:
            with self._looking:
                self._look_if_due()
            if not self._has_looked:
                raise Unavailable("The price book in force is not known yet. Try again shortly.")
        elif self._monotonic() >= self._due and self._looking.acquire(blocking=False):
            try:
                self._look_if_due()
            finally:
                self._looking.release()
        active = self._active
        return self._bundled.current() if active is None else active[1]

    def is_replaced(self) -> bool:
        self.current()
        return self._active is not None

    def _look_if_due(self) -> None:
        if self._monotonic() < self._due:
            return
        wait_s = self._every_s
        try:
            self._active = self._look()
            self._has_looked, self._complaint = True, None
        except Unavailable as error:
            self._complain(error)
            wait_s = wait_s if self._has_looked else min(wait_s, _FIRST_LOOK_AGAIN_S)
        except TrueComputeError as error:
            self._complain(error)
        self._due = self._monotonic() + wait_s

    def _complain(self, error: TrueComputeError) -> None:
        """Once for the same reason, not at every look."""
        if error.detail != self._complaint:
            log.warning(
                "the price book stays as it is", is_known=self._has_looked, detail=error.detail
            )
        self._complaint = error.detail

    def _look(self) -> tuple[str, PricingTable] | None:
        with self._units_of_work(snapshot=True) as uow:
            book_id = uow.price_books.active_id()
            if book_id is None:
                return None
            if self._active is not None and self._active[0] == book_id:
                return self._active
            book = uow.price_books.get(book_id)
        return None if book is None else (book_id, self._files.read(book.content))
