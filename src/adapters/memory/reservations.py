"""Reservations in memory."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from adapters.memory.state import State
from application.ports.ledger import PeriodKey
from application.ports.reservations import Presumed, ReservationRepository
from domain.money import EXACT
from domain.reservation import Hold, Reservation


class InMemoryReservationRepository(ReservationRepository):
    def __init__(self, state: State) -> None:
        self._state = state
        self._reservations = state.reservations

    def add(self, organization_id: str, reservation: Reservation) -> None:
        self._reservations[organization_id, reservation.id] = reservation
        for hold in reservation.holds:
            self._reserve(organization_id, hold, hold.amount_usd)

    def add_where_room(
        self, organization_id: str, reservation: Reservation, presumed: Presumed
    ) -> dict[PeriodKey, Decimal] | None:
        revisions = (self._state.budget_revisions, self._state.pricing_revisions)
        known = (presumed.budgets_revision, presumed.pricing_revision)
        if known != tuple(each.get(organization_id, 0) for each in revisions):
            return None
        limits = presumed.limits_usd
        if self._has_expired(organization_id, limits, reservation.created_at) or not all(
            self._fits(organization_id, hold, limits) for hold in reservation.holds
        ):
            return None
        self.add(organization_id, reservation)
        return {
            key: self._state.ledger[organization_id, *key].room_usd(limit)
            for key, limit in limits.items()
        }

    def _fits(self, organization_id: str, hold: Hold, limits: Mapping[PeriodKey, Decimal]) -> bool:
        key = (hold.budget_id, hold.period_start)
        spending = self._state.ledger.get((organization_id, *key))
        return spending is not None and hold.amount_usd <= spending.room_usd(limits[key])

    def _has_expired(
        self, organization_id: str, keys: Collection[PeriodKey], now: datetime
    ) -> bool:
        return any(
            owner == organization_id
            and reservation.expiry_of(hold) <= now
            and (hold.budget_id, hold.period_start) in keys
            for (owner, _), reservation in self._reservations.items()
            for hold in reservation.holds
        )

    def find(self, organization_id: str, ids: Collection[str]) -> list[Reservation]:
        found = (self._reservations.get((organization_id, each)) for each in set(ids))
        return [reservation for reservation in found if reservation is not None]

    def close(self, organization_id: str, reservation: Reservation) -> bool:
        stored = self._reservations.get((organization_id, reservation.id))
        if stored is None or stored.outcome is not None:
            return False
        kept = {(hold.budget_id, hold.period_start): hold for hold in reservation.holds}
        given_back = {(hold.budget_id, hold.period_start) for hold in stored.holds} - kept.keys()
        self._give_back(organization_id, stored, _among(given_back))
        left = self._reservations[organization_id, reservation.id].holds
        holds = tuple(kept[hold.budget_id, hold.period_start] for hold in left)
        ended = replace(reservation, holds=holds)
        self._reservations[organization_id, reservation.id] = ended
        return True

    def give_back(self, organization_id: str, reservation_id: str) -> None:
        stored = self._reservations.get((organization_id, reservation_id))
        if stored is not None:
            self._give_back(organization_id, stored, lambda _: True)

    def give_back_expired(
        self, organization_id: str, keys: Collection[PeriodKey], now: datetime
    ) -> int:
        ended = 0
        for (owner, _), reservation in list(self._reservations.items()):
            if owner == organization_id:
                expired = {
                    (hold.budget_id, hold.period_start)
                    for hold in reservation.holds
                    if reservation.expiry_of(hold) <= now
                }.intersection(keys)
                ended += self._give_back(owner, reservation, _among(expired))
        return ended

    def periods_with_expired(
        self, now: datetime, *, limit: int = 100
    ) -> list[tuple[str, PeriodKey]]:
        found = {
            (owner, (hold.budget_id, hold.period_start)): None
            for (owner, _), reservation in self._reservations.items()
            for hold in reservation.holds
            if reservation.expiry_of(hold) <= now
        }
        return list(found)[:limit]

    def delete_expired(self, before: datetime) -> int:
        gone = [
            key
            for key, reservation in self._reservations.items()
            if reservation.expires_at < before and not reservation.holds
        ]
        for key in gone:
            del self._reservations[key]
        return len(gone)

    def _give_back(
        self, organization_id: str, reservation: Reservation, which: Callable[[Hold], bool]
    ) -> int:
        ended = [hold for hold in reservation.holds if which(hold)]
        for hold in ended:
            self._reserve(organization_id, hold, -hold.amount_usd)
        kept = tuple(hold for hold in reservation.holds if hold not in ended)
        self._reservations[organization_id, reservation.id] = replace(reservation, holds=kept)
        return len(ended)

    def _reserve(self, organization_id: str, hold: Hold, amount: Decimal) -> None:
        key = (organization_id, hold.budget_id, hold.period_start)
        spending = self._state.ledger[key]
        reserved = EXACT.add(spending.reserved_usd, amount)
        self._state.ledger[key] = replace(spending, reserved_usd=reserved)


def _among(keys: Collection[PeriodKey]) -> Callable[[Hold], bool]:
    return lambda hold: (hold.budget_id, hold.period_start) in keys
