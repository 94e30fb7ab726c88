"""What budgets have spent in their periods, to the last digit."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from domain.budget_book import Posting
from domain.forecast import Forecast
from domain.period import Span
from domain.spending import Spending

#: A budget's id and the start of one of its periods.
PeriodKey = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class Held:
    """A period that this unit of work holds, and when the first reservation in it expires."""

    spending: Spending
    first_expiry: datetime | None


class Ledger(Protocol):
    """The exact spend of open periods, changed in the transaction that stores the calls.

    A period is opened with all that was spent in it, and from then on every change is posted.
    Whoever changes a period holds it until the unit of work ends, and maybe others of the
    organization's with it, always in the same order, so that two at once wait for one another and
    neither is lost. A budget's period is known by its start.
    """

    @abstractmethod
    def post(
        self, organization_id: str, postings: Sequence[Posting], *, also: Collection[PeriodKey] = ()
    ) -> dict[PeriodKey, Decimal]:
        """Add amounts to the periods that are open, and tell what each has spent now.

        The others are not in the answer. The periods ``also`` are held as well. There is at most
        one posting for a budget's period.
        """

    @abstractmethod
    def open(
        self, organization_id: str, budget_id: str, period: Span, spent_usd: Decimal, new: Decimal
    ) -> Decimal:
        """Open a period with all that was spent; what it amounts to.

        ``new`` is what the unit of work itself has added to ``spent_usd``: where another one has
        opened the period meanwhile, only that is added.
        """

    @abstractmethod
    def hold(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Spending]:
        """The open ones of these periods, which nobody else changes until the unit ends."""

    @abstractmethod
    def hold_to_reserve(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Held]:
        """As ``hold``, and with them the organization's budgets and prices, as they are now.

        To ask for their revisions afterwards costs nothing. A reservation that was made while this
        waited may not be seen in ``first_expiry``.
        """

    @abstractmethod
    def find(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Spending]:
        """The open ones of these periods, as they are at this moment."""

    @abstractmethod
    def close(self, organization_id: str, budget_id: str) -> None:
        """Forget all periods of a budget, and what is reserved in them."""

    @abstractmethod
    def keep_forecast(
        self, organization_id: str, key: PeriodKey, forecast: Forecast | None
    ) -> None:
        """Remember the forecast of a period, and forget those of the budget's periods before it.

        A period that is not open stays so.
        """

    @abstractmethod
    def forget_ended(self, before: datetime) -> int:
        """Close the periods of all organizations that ended before; how many."""
