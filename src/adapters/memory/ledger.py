"""What budgets have spent, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from adapters.memory.state import State
from application.ports.ledger import Held, Ledger, PeriodKey
from domain.budget_book import Posting
from domain.forecast import Forecast
from domain.money import EXACT
from domain.period import Span
from domain.spending import Spending

_Key = tuple[str, str, datetime]


class InMemoryLedger(Ledger):
    """A unit of work is alone with the store, so that every period is held anyway."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._periods = state.ledger

    def post(
        self,
        organization_id: str,
        postings: Sequence[Posting],
        *,
        also: Collection[PeriodKey] = (),  # noqa: ARG002 - they are held anyway
    ) -> dict[PeriodKey, Decimal]:
        amounts = {
            (budget.id, posting.period.start): posting.amount_usd
            for posting in postings
            for budget in posting.budgets
        }
        return {
            key: self._add((organization_id, *key), amount)
            for key, amount in amounts.items()
            if (organization_id, *key) in self._periods
        }

    def open(
        self, organization_id: str, budget_id: str, period: Span, spent_usd: Decimal, new: Decimal
    ) -> Decimal:
        key = (organization_id, budget_id, period.start)
        if key in self._periods:
            return self._add(key, new)
        self._periods[key] = Spending(budget_id=budget_id, period=period, spent_usd=spent_usd)
        return spent_usd

    def hold(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Spending]:
        return self.find(organization_id, keys)

    def hold_to_reserve(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Held]:
        return [
            Held(spending, self._first_expiry(organization_id, spending.key))
            for spending in self.find(organization_id, keys)
        ]

    def _first_expiry(self, organization_id: str, key: PeriodKey) -> datetime | None:
        ends = (
            reservation.expiry_of(hold)
            for (owner, _), reservation in self._state.reservations.items()
            for hold in reservation.holds
            if (owner, hold.budget_id, hold.period_start) == (organization_id, *key)
        )
        return min(ends, default=None)

    def find(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Spending]:
        found = (self._periods.get((organization_id, *key)) for key in sorted(set(keys)))
        return [spending for spending in found if spending is not None]

    def close(self, organization_id: str, budget_id: str) -> None:
        self._close([key for key in self._periods if key[:2] == (organization_id, budget_id)])

    def keep_forecast(
        self, organization_id: str, key: PeriodKey, forecast: Forecast | None
    ) -> None:
        of = (organization_id, *key)
        for each, spending in self._periods.items():
            if each[:2] == of[:2] and spending.period.start < key[1]:
                self._periods[each] = replace(spending, forecast=None)
        if of in self._periods:
            self._periods[of] = replace(self._periods[of], forecast=forecast)

    def forget_ended(self, before: datetime) -> int:
        ended = [key for key, spending in self._periods.items() if spending.period.end < before]
        self._close(ended)
        return len(ended)

    def _close(self, keys: Collection[_Key]) -> None:
        """Periods take along what is reserved in them."""
        for key in keys:
            del self._periods[key]
        for (owner, name), reservation in self._state.reservations.items():
            kept = tuple(
                hold
                for hold in reservation.holds
                if (owner, hold.budget_id, hold.period_start) not in keys
            )
            self._state.reservations[owner, name] = replace(reservation, holds=kept)

    def _add(self, key: _Key, amount: Decimal) -> Decimal:
        spending = self._periods[key]
        spent = EXACT.add(spending.spent_usd, amount)
        self._periods[key] = replace(spending, spent_usd=spent)
        return spent
