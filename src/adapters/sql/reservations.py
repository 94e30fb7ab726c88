"""Reservations in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.sql.dml import ReturningDelete

from adapters.sql.budget_tables import reservation_holds as holds
from adapters.sql.budget_tables import reservations
from adapters.sql.ids import is_id
from adapters.sql.period_amounts import given
from adapters.sql.reservation_statements import ADD, END_EXPIRED, END_OF, KEEP, KEY, RESERVE
from adapters.sql.reserving_in_one_step import add_where_room
from application.ports.ledger import PeriodKey
from application.ports.reservations import Presumed, ReservationRepository
from domain.money import EXACT
from domain.reservation import Hold, Outcome, Reservation


class SqlReservationRepository(ReservationRepository):
    """What is reserved of a period is at every moment the sum of the holds on it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization_id: str, reservation: Reservation) -> None:
        amounts = (
            ((each.budget_id, each.period_start), each.amount_usd) for each in reservation.holds
        )
        self._connection.execute(
            ADD,
            {
                **given(organization_id, amounts),
                "new": reservation.id,
                "estimate": reservation.estimate_usd,
                "created": reservation.created_at,
                "expires": reservation.expires_at,
            },
        )

    def add_where_room(
        self, organization_id: str, reservation: Reservation, presumed: Presumed
    ) -> dict[PeriodKey, Decimal] | None:
        return add_where_room(self._connection, organization_id, reservation, presumed)

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
        expires_at = {row.id: row.expires_at for row in rows}
        of_reservation: dict[str, list[Hold]] = defaultdict(list)
        for row in self._connection.execute(held):
            is_kept = row.expires_at != expires_at.get(row.reservation_id)
            kept_until = row.expires_at if is_kept else None
            hold = Hold(row.budget_id, row.start, row.amount_usd, kept_until)
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
        self._end(organization_id, reservation.id, kept=reservation.holds)
        return True

    def give_back(self, organization_id: str, reservation_id: str) -> None:
        self._end(organization_id, reservation_id)

    def _end(self, organization_id: str, reservation_id: str, kept: Sequence[Hold] = ()) -> None:
        which = {"of": organization_id, "ended": reservation_id}
        if not kept:
            self._give_back(organization_id, END_OF, which)
            return
        keys = [(hold.budget_id, hold.period_start) for hold in kept]
        self._give_back(organization_id, END_OF.where(KEY.not_in(keys)), which)
        for hold in kept:
            until = {"budget": hold.budget_id, "began": hold.period_start, "until": hold.kept_until}
            self._connection.execute(KEEP, which | until)

    def give_back_expired(
        self, organization_id: str, keys: Collection[PeriodKey], now: datetime
    ) -> int:
        if not keys:
            return 0
        amounts = given(organization_id, ((key, Decimal(0)) for key in keys))
        return self._give_back(organization_id, END_EXPIRED, {**amounts, "now": now})

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

    def _give_back(
        self, organization_id: str, ending: ReturningDelete[Any], which: Mapping[str, object]
    ) -> int:
        """End holds on periods that this transaction has locked."""
        ended = self._connection.execute(ending, which).all()
        sums: dict[PeriodKey, Decimal] = defaultdict(Decimal)
        for budget_id, start, amount in ended:
            sums[budget_id, start] = EXACT.subtract(sums[budget_id, start], amount)
        if sums:
            self._connection.execute(RESERVE, given(organization_id, sums.items()))
        return len(ended)
