"""One statement that reserves where there is room, as a transaction of its own."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from adapters.sql.hot_statements import rows_of
from application.ports.ledger import PeriodKey
from application.ports.reservations import Presumed
from domain.money import EXACT
from domain.reservation import Reservation


def add_where_room(
    connection: Connection, organization_id: str, reservation: Reservation, presumed: Presumed
) -> dict[PeriodKey, Decimal] | None:
    """As the port has it."""
    limits = presumed.limits_usd
    rows = rows_of(connection, _ADD, _values(organization_id, reservation, presumed))
    taken = {(row.budget_id, row.start): row.taken_usd for row in rows}
    return {key: EXACT.subtract(limits[key], usd) for key, usd in taken.items()} or None


def _values(organization_id: str, reservation: Reservation, presumed: Presumed) -> dict[str, Any]:
    holds, limits = reservation.holds, presumed.limits_usd
    return {
        "of": organization_id,
        "pricing_revision": presumed.pricing_revision,
        "budgets_revision": presumed.budgets_revision,
        "id": reservation.id,
        "estimate": reservation.estimate_usd,
        "created": reservation.created_at,
        "expires": reservation.expires_at,
        "budget_ids": [hold.budget_id for hold in holds],
        "starts": [hold.period_start for hold in holds],
        "amounts": [hold.amount_usd for hold in holds],
        "most": [
            EXACT.subtract(limits[hold.budget_id, hold.period_start], hold.amount_usd)
            for hold in holds
        ],
    }


#: What another transaction changes while this one waits for a row is seen: a locked row is read
#: again. A hold that it adds is not looked at, and counts as taken even if it has expired. The
#: organization's row comes first, as everywhere, and periods in the order of their key.
_ADD = """
WITH unchanged AS (
    SELECT 1 FROM organizations WHERE id = %(of)s::uuid
        AND pricing_revision = %(pricing_revision)s AND budgets_revision = %(budgets_revision)s
    FOR SHARE
), held AS (
    SELECT p.budget_id, p.start, given.amount,
        p.spent_usd + p.reserved_usd <= given.most AND NOT EXISTS (
            SELECT FROM reservation_holds AS h
            WHERE h.budget_id = p.budget_id AND h.start = p.start AND h.expires_at <= %(created)s
        ) AS fits
    FROM unchanged CROSS JOIN unnest(
        %(budget_ids)s::uuid[], %(starts)s::timestamptz[], %(amounts)s::numeric[],
        %(most)s::numeric[]
    ) AS given (budget_id, start, amount, most)
    JOIN budget_periods AS p ON p.organization_id = %(of)s::uuid
        AND p.budget_id = given.budget_id AND p.start = given.start
    ORDER BY p.budget_id, p.start
    FOR UPDATE OF p
), room AS (
    SELECT 1 FROM held
    HAVING bool_and(fits) AND count(*) = cardinality(%(budget_ids)s::uuid[])
), new AS (
    INSERT INTO reservations (id, organization_id, estimate_usd, created_at, expires_at)
    SELECT %(id)s::uuid, %(of)s::uuid, %(estimate)s::numeric, %(created)s::timestamptz,
        %(expires)s::timestamptz
    FROM room
), holding AS (
    INSERT INTO reservation_holds
        (organization_id, reservation_id, budget_id, start, expires_at, amount_usd)
    SELECT %(of)s::uuid, %(id)s::uuid, budget_id, start, %(expires)s::timestamptz, amount
    FROM held CROSS JOIN room
)
UPDATE budget_periods AS p SET reserved_usd = p.reserved_usd + held.amount
FROM held CROSS JOIN room
WHERE p.budget_id = held.budget_id AND p.start = held.start
RETURNING p.budget_id::text AS budget_id, p.start, p.spent_usd + p.reserved_usd AS taken_usd
"""
