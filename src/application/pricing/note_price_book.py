"""A price book that is in force for the first time may price what had no price before."""

from datetime import datetime, timedelta

from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.pricing_tables import PricingTables
from application.ports.unit_of_work import UnitsOfWork
from domain.repricing import Repricing, RepricingReason, RepricingScope

#: By then every process prices by the new book, so that no call slips past with the old one.
_SETTLED_AFTER = timedelta(seconds=30)


class NotePriceBook:
    """Notice a new book, and ask for every call without a whole price to be priced again.

    Known costs stay as they are: a new list never rewrites what was paid.

    Raises:
        Unavailable: it was not noticed, and will be next time.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        pricing_tables: PricingTables,
        identifiers: Identifiers,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._pricing_tables = pricing_tables
        self._identifiers = identifiers
        self._clock = clock

    def __call__(self) -> bool:
        now = self._clock.now()
        version = self._pricing_tables.current().book_version
        with self._units_of_work() as uow:
            if not uow.repricings.note_book(version, now):
                return False
            for organization_id in uow.events.organizations_with_unpriced():
                uow.repricings.add(organization_id, self._repricing(organization_id, now))
            uow.commit()
        return True

    def _repricing(self, organization_id: str, now: datetime) -> Repricing:
        return Repricing(
            id=self._identifiers.new(),
            organization_id=organization_id,
            reason=RepricingReason.PRICE_BOOK,
            scope=RepricingScope(),
            requested_by=None,
            requested_at=now,
            due_at=now + _SETTLED_AFTER,
        )
