"""The statements of the ledger, but for those that every call takes."""

from typing import Any

from sqlalchemy import FromClause, Select, bindparam, func, select, text, true
from sqlalchemy.dialects.postgresql import JSONB

from adapters.sql.budget_tables import budget_forecasts as forecasts
from adapters.sql.budget_tables import budget_periods as periods
from adapters.sql.budget_tables import reservation_holds as holds
from adapters.sql.organization_revisions import HOLD_REVISIONS
from adapters.sql.period_amounts import GIVEN, MAY_HAVE_GIVEN, entries


def _given_of(rows: FromClause, *more: Any) -> Select[Any]:
    """The periods that are given, as they stand in these rows of the ledger, in order."""
    entry = entries(rows)
    forecast = (forecasts.c.budget_id == entry.c.budget_id) & (forecasts.c.start == rows.c.start)
    columns = (entry.c.budget_id, rows.c.start, rows.c.end, entry.c.spent_usd, entry.c.reserved_usd)
    return (
        select(*columns, forecasts.c.forecast, *more)
        .select_from(rows)
        .join(entry, true())
        .join(GIVEN, (GIVEN.c.budget_id == entry.c.budget_id) & (GIVEN.c.began == rows.c.start))
        .outerjoin(forecasts, forecast)
        .order_by(GIVEN.c.budget_id, GIVEN.c.began)
    )


_IN_ORDER = (periods.c.start, periods.c.end)
FIND = _given_of(periods).where(MAY_HAVE_GIVEN)
LOCK = select(periods.c.start).where(MAY_HAVE_GIVEN).order_by(*_IN_ORDER).with_for_update()

_REVISIONS = HOLD_REVISIONS.cte("revisions")
#: The organization's row comes first here as everywhere: the join needs it before any period.
_LOCKED = (
    select(periods)
    .select_from(_REVISIONS)
    .join(periods, MAY_HAVE_GIVEN)
    .order_by(*_IN_ORDER)
    .with_for_update(of=periods)
    .cte("locked")
)
_FIRST_EXPIRY = (
    select(func.min(holds.c.expires_at))
    .where(holds.c.budget_id == GIVEN.c.budget_id, holds.c.start == GIVEN.c.began)
    .scalar_subquery()
)
_HELD = _given_of(_LOCKED, _FIRST_EXPIRY.label("first_expiry")).cte("held")
HOLD_TO_RESERVE = select(_REVISIONS, _HELD).select_from(_REVISIONS.outerjoin(_HELD, true()))

#: A budget that is in a row already only gets what is new. It is looked for by the start, because
#: the rules of its time zone may have moved the end since.
OPEN = text("""
INSERT INTO budget_periods AS p
    (organization_id, start, "end", budget_ids, spent_usd, reserved_usd)
SELECT CAST(:of AS uuid), CAST(:start AS timestamptz), coalesce((
        SELECT "end" FROM budget_periods
        WHERE organization_id = :of AND start = :start AND :budget_id = ANY(budget_ids)
    ), :end), ARRAY[CAST(:budget_id AS uuid)], ARRAY[CAST(:spent AS numeric)], '{0}'
ON CONFLICT (organization_id, start, "end") DO UPDATE SET (budget_ids, spent_usd, reserved_usd) = (
    SELECT array_agg(budget_id ORDER BY place),
        array_agg(CASE WHEN place = found THEN spent + :new ELSE spent END ORDER BY place),
        array_agg(reserved ORDER BY place)
    FROM array_position(p.budget_ids, :budget_id) AS found, unnest(
        CASE WHEN found IS NULL THEN p.budget_ids || EXCLUDED.budget_ids ELSE p.budget_ids END,
        CASE WHEN found IS NULL THEN p.spent_usd || EXCLUDED.spent_usd ELSE p.spent_usd END,
        CASE WHEN found IS NULL THEN p.reserved_usd || EXCLUDED.reserved_usd
            ELSE p.reserved_usd END
    ) WITH ORDINALITY AS entry (budget_id, spent, reserved, place)
)
RETURNING spent_usd[array_position(budget_ids, :budget_id)]
""")

KEEP_FORECAST = text("""
WITH older AS (
    DELETE FROM budget_forecasts
    WHERE organization_id = :of AND budget_id = :budget_id AND start < :start
)
INSERT INTO budget_forecasts (organization_id, budget_id, start, forecast)
SELECT organization_id, :budget_id, start, :forecast
FROM budget_periods
WHERE organization_id = :of AND start = :start AND :budget_id = ANY(budget_ids)
ON CONFLICT (budget_id, start) DO UPDATE SET forecast = EXCLUDED.forecast
""").bindparams(bindparam("forecast", type_=JSONB))

#: What somebody is posting to stays for the next time: waiting for it could deadlock.
FORGET_ENDED = text("""
WITH ended AS (
    SELECT organization_id, start, "end", budget_ids FROM budget_periods WHERE "end" < :before
    ORDER BY organization_id, start, "end"
    FOR UPDATE SKIP LOCKED
), held AS (
    DELETE FROM reservation_holds AS h USING ended
    WHERE h.organization_id = ended.organization_id AND h.start = ended.start
        AND h.budget_id = ANY(ended.budget_ids)
), forecasted AS (
    DELETE FROM budget_forecasts AS f USING ended
    WHERE f.organization_id = ended.organization_id AND f.start = ended.start
        AND f.budget_id = ANY(ended.budget_ids)
), forgotten AS (
    DELETE FROM budget_periods AS p USING ended
    WHERE p.organization_id = ended.organization_id
        AND p.start = ended.start AND p."end" = ended."end"
)
SELECT coalesce(sum(cardinality(budget_ids)), 0) FROM ended
""")
