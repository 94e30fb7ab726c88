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
#: organization's row comes first, as everywhere, and periods in the order of their key. A row is
#: written whole, because PostgreSQL also checks it as it was before the wait, maybe shorter.
_ADD = """
WITH unchanged AS (
    SELECT 1 FROM organizations WHERE id = %(of)s::uuid
        AND pricing_revision = %(pricing_revision)s AND budgets_revision = %(budgets_revision)s
    FOR SHARE
), locked AS (
    SELECT p.* FROM unchanged JOIN budget_periods AS p
        ON p.organization_id = %(of)s::uuid AND p.start = ANY(%(starts)s::timestamptz[])
    ORDER BY p.start, p."end"
    FOR UPDATE OF p
), entry AS (
    SELECT locked.start, locked."end", each.*, given.amount, given.most
    FROM locked CROSS JOIN unnest(locked.budget_ids, locked.spent_usd, locked.reserved_usd)
        WITH ORDINALITY AS each (budget_id, spent_usd, reserved_usd, place)
    LEFT JOIN unnest(
        %(budget_ids)s::uuid[], %(starts)s::timestamptz[], %(amounts)s::numeric[],
        %(most)s::numeric[]
    ) AS given (budget_id, start, amount, most)
        ON given.budget_id = each.budget_id AND given.start = locked.start
), held AS (
    SELECT budget_id, start, amount, spent_usd + reserved_usd + amount AS taken_usd,
        spent_usd + reserved_usd <= most AND NOT EXISTS (
            SELECT FROM reservation_holds AS h
            WHERE h.budget_id = entry.budget_id AND h.start = entry.start
                AND h.expires_at <= %(created)s
        ) AS fits
    FROM entry WHERE amount IS NOT NULL
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
), changed AS (
    SELECT start, "end", array_agg(budget_id ORDER BY place) AS ids,
        array_agg(spent_usd ORDER BY place) AS spent,
        array_agg(reserved_usd + coalesce(amount, 0) ORDER BY place) AS reserved
    FROM entry CROSS JOIN room GROUP BY start, "end"
), taking AS (
    UPDATE budget_periods AS p
    SET budget_ids = changed.ids, spent_usd = changed.spent, reserved_usd = changed.reserved
    FROM changed
    WHERE p.organization_id = %(of)s::uuid AND p.start = changed.start AND p."end" = changed."end"
)
SELECT budget_id::text, start, taken_usd FROM held CROSS JOIN room
"""
