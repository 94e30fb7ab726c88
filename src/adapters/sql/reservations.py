"""Reservations in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from adapters.sql.budget_tables import budget_periods as periods
from adapters.sql.budget_tables import reservation_holds as holds
from adapters.sql.budget_tables import reservations
from adapters.sql.ids import is_id
from adapters.sql.period_amounts import given_amounts, is_given
from application.ports.ledger import PeriodKey
from application.ports.reservations import ReservationRepository
from domain.money import EXACT
from domain.reservation import Hold, Outcome, Reservation


class SqlReservationRepository(ReservationRepository):
    """What is reserved of a period is at every moment the sum of the holds on it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization_id: str, reservation: Reservation) -> None:
        self._connection.execute(
            insert(reservations).values(
                id=reservation.id,
                organization_id=organization_id,
                estimate_usd=reservation.estimate_usd,
                created_at=reservation.created_at,
                expires_at=reservation.expires_at,
            )
        )
        if not reservation.holds:
            return
        self._connection.execute(
            insert(holds),
            [
                {
                    "organization_id": organization_id,
                    "reservation_id": reservation.id,
                    "budget_id": hold.budget_id,
                    "start": hold.period_start,
                    "expires_at": reservation.expires_at,
                    "amount_usd": hold.amount_usd,
                }
                for hold in reservation.holds
            ],
        )
        self._reserve(organization_id, reservation.holds)

    def find(self, organization_id: str, ids: Collection[str]) -> list[Reservation]:
        known = [each for each in ids if is_id(each)]
        if not known:
            return []
        found = select(reservations).where(
            reservations.c.organization_id == organization_id, reservations.c.id.in_(known)
        )
        rows = self._connection.execute(found).all()
        held = select(holds).where(
            holds.c.organization_id == organization_id, holds.c.reservation_id.in_(known)
        )
        of_reservation: dict[str, list[Hold]] = defaultdict(list)
        for row in self._connection.execute(held):
            hold = Hold(row.budget_id, row.start, row.amount_usd)
            of_reservation[row.reservation_id].append(hold)
        return [
            Reservation(
                id=row.id,
                organization_id=organization_id,
                estimate_usd=row.estimate_usd,
                created_at=row.created_at,
                expires_at=row.expires_at,
                outcome=None if row.outcome is None else Outcome(row.outcome),
                closed_at=row.closed_at,
                event_id=row.event_id,
                holds=tuple(of_reservation[row.id]),
            )
            for row in rows
        ]

    def close(self, organization_id: str, reservation: Reservation) -> bool:
        closed = (
            update(reservations)
            .where(
                reservations.c.organization_id == organization_id,
                reservations.c.id == reservation.id,
                reservations.c.outcome.is_(None),
            )
            .values(
                outcome=reservation.outcome,
                closed_at=reservation.closed_at,
                event_id=reservation.event_id,
            )
        )
        if not self._connection.execute(closed).rowcount:
            return False
        self._give_back(organization_id, holds.c.reservation_id == reservation.id)
        return True

    def give_back_expired(
        self, organization_id: str, keys: Collection[PeriodKey], now: datetime
    ) -> int:
        if not keys:
            return 0
        in_periods = tuple_(holds.c.budget_id, holds.c.start).in_(list(keys))
        return self._give_back(organization_id, in_periods, holds.c.expires_at <= now)

    def periods_with_expired(
        self, now: datetime, *, limit: int = 100
    ) -> list[tuple[str, PeriodKey]]:
        found = (
            select(holds.c.organization_id, holds.c.budget_id, holds.c.start)
            .where(holds.c.expires_at <= now)
            .distinct()
            .limit(limit)
        )
        return [(row[0], (row[1], row[2])) for row in self._connection.execute(found)]

    def delete_expired(self, before: datetime) -> int:
        ended = delete(reservations).where(
            reservations.c.expires_at < before,
            ~select(holds).where(holds.c.reservation_id == reservations.c.id).exists(),
        )
        return self._connection.execute(ended).rowcount

    def _give_back(self, organization_id: str, *which: object) -> int:
        """End holds on periods that this transaction has locked."""
        mine = holds.c.organization_id == organization_id
        ended = (
            delete(holds)
            .where(mine, *which)  # type: ignore[arg-type]
            .returning(holds.c.budget_id, holds.c.start, holds.c.amount_usd)
        )
        rows = self._connection.execute(ended).all()
        self._reserve(organization_id, (Hold(row[0], row[1], -row[2]) for row in rows))
        return len(rows)

    def _reserve(self, organization_id: str, changes: Iterable[Hold]) -> None:
        """Add amounts, or take them back where they are below 0."""
        sums: dict[PeriodKey, Decimal] = defaultdict(Decimal)
        for hold in changes:
            key = hold.budget_id, hold.period_start
            sums[key] = EXACT.add(sums[key], hold.amount_usd)
        if sums:
            given = given_amounts(sums.items())
            self._connection.execute(
                update(periods)
                .where(periods.c.organization_id == organization_id, is_given(given))
                .values(reserved_usd=periods.c.reserved_usd + given.c.amount)
            )
