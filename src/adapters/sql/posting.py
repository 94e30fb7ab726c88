"""Adding what calls cost to the sums of budgets: the one thing that is done for every call."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from adapters.sql.hot_statements import rows_of, run_each
from application.ports.ledger import PeriodKey
from domain.budget_book import Posting
from domain.money import EXACT


def post(
    connection: Connection,
    organization_id: str,
    postings: Sequence[Posting],
    also: Collection[PeriodKey],
) -> dict[PeriodKey, Decimal]:
    """As the port has it.

    The sums of a row come and go as one text. Adding in the statement what is given took
    PostgreSQL, which has to find the place of each amount, twice as long as both statements here.
    """
    amounts = _by_start(postings)
    starts = {*amounts, *(start for _, start in also)}
    if not starts:
        return {}
    asked = {"of": organization_id, "starts": _array(start.isoformat() for start in starts)}
    spent: dict[PeriodKey, Decimal] = {}
    changed: list[dict[str, Any]] = []
    for row in rows_of(connection, _HOLD, asked):
        sums, added = _added(row, amounts.get(row.start, {}))
        if added:
            spent |= added
            key = {"of": organization_id, "start": row.start, "end": row.end}
            changed.append({**key, "sums": _array(sums)})
    run_each(connection, _CHANGE, changed)
    return spent


def _by_start(postings: Sequence[Posting]) -> dict[datetime, dict[str, Decimal]]:
    """What is added to which budget, by the start of the period."""
    found: dict[datetime, dict[str, Decimal]] = {}
    for posting in postings:
        of_start = found.setdefault(posting.period.start, {})
        of_start |= dict.fromkeys([each.id for each in posting.budgets], posting.amount_usd)
    return found


def _added(row: Any, amounts: Mapping[str, Decimal]) -> tuple[list[str], dict[PeriodKey, Decimal]]:
    """All sums of a row, and those among them that are others now."""
    sums: list[str] = row.spent_usd.split(",")
    added: dict[PeriodKey, Decimal] = {}
    for place, budget_id in enumerate(row.budget_ids.split(",")):
        amount = amounts.get(budget_id)
        if amount is not None:
            total = EXACT.add(Decimal(sums[place]), amount)
            added[budget_id, row.start] = total
            sums[place] = str(total)
    return sums, added


def _array(values: Iterable[str]) -> str:
    """Of times or numbers, neither of which needs quotes."""
    return f"{{{','.join(values)}}}"


_HOLD = """
SELECT start, "end", array_to_string(budget_ids, ',') AS budget_ids,
    array_to_string(spent_usd, ',') AS spent_usd
FROM budget_periods
WHERE organization_id = %(of)s::uuid AND start = ANY(%(starts)s::timestamptz[])
ORDER BY start, "end"
FOR UPDATE
"""
_CHANGE = """
UPDATE budget_periods SET spent_usd = %(sums)s::numeric[]
WHERE organization_id = %(of)s::uuid AND start = %(start)s AND "end" = %(end)s
"""
