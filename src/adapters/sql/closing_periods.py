"""Taking a budget out of the ledger."""

from sqlalchemy import Connection, delete, text

from adapters.sql.budget_tables import budget_forecasts, reservation_holds


def close_periods(connection: Connection, organization_id: str, budget_id: str) -> None:
    """Forget all periods of a budget, their forecasts and what is reserved in them."""
    which = {"of": organization_id, "budget_id": budget_id}
    connection.execute(_LOCK, which)
    connection.execute(_TAKE_OUT, which)
    for table in (reservation_holds, budget_forecasts):
        mine = (table.c.organization_id == organization_id, table.c.budget_id == budget_id)
        connection.execute(delete(table).where(*mine))


#: In the order of their key, as everybody does.
_LOCK = text("""
SELECT 1 FROM budget_periods
WHERE organization_id = :of AND :budget_id = ANY(budget_ids)
ORDER BY start, "end"
FOR UPDATE
""")
_TAKE_OUT = text("""
WITH emptied AS (
    DELETE FROM budget_periods
    WHERE organization_id = :of AND budget_ids = ARRAY[CAST(:budget_id AS uuid)]
)
UPDATE budget_periods AS p SET (budget_ids, spent_usd, reserved_usd) = (
    SELECT array_agg(budget_id ORDER BY place), array_agg(spent ORDER BY place),
        array_agg(reserved ORDER BY place)
    FROM unnest(p.budget_ids, p.spent_usd, p.reserved_usd)
        WITH ORDINALITY AS entry (budget_id, spent, reserved, place)
    WHERE budget_id <> :budget_id
)
WHERE organization_id = :of AND :budget_id = ANY(budget_ids) AND cardinality(budget_ids) > 1
""")
