"""Adding what calls cost to the sums of budgets: what is done for every call.

Sums come and go as texts, which the driver need not go through.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from adapters.sql.hot_statements import rows_of, run_each
from application.ports.ledger import PeriodKey
from domain.budget_book import Posting
from domain.money import EXACT
from domain.period import Span

_Amounts = Mapping[str, Decimal]
_MOST_REMEMBERED = 256


class Places:
    """Which budgets stood where in rows of the ledger when this process last saw them.

    They hardly ever move, and a statement that rests on this does nothing where they have.
    """

    def __init__(self) -> None:
        self._remembered: dict[tuple[str, Span], Sequence[str]] = {}

    def of(self, organization_id: str, period: Span) -> Sequence[str] | None:
        return self._remembered.get((organization_id, period))

    def remember(self, organization_id: str, period: Span, budget_ids: Sequence[str]) -> None:
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[organization_id, period] = budget_ids


def post(
    connection: Connection,
    places: Places,
    organization_id: str,
    postings: Sequence[Posting],
    also: Collection[PeriodKey],
) -> dict[PeriodKey, Decimal]:
    """As the port has it."""
    amounts = _by_period(postings)
    if len(amounts) == 1 and not also:
        ((period, of_budgets),) = amounts.items()
        budget_ids = places.of(organization_id, period)
        if budget_ids is not None:
            spent = _add_in_place(connection, organization_id, period, budget_ids, of_budgets)
            if spent is not None:
                return spent
    by_start: dict[datetime, dict[str, Decimal]] = {start: {} for _, start in also}
    for period, of_budgets in amounts.items():
        by_start.setdefault(period.start, {}).update(of_budgets)
    return _add(connection, places, organization_id, by_start) if by_start else {}


def _by_period(postings: Sequence[Posting]) -> dict[Span, dict[str, Decimal]]:
    """What is added to which budget."""
    found: dict[Span, dict[str, Decimal]] = {}
    for posting in postings:
        of_period = found.setdefault(posting.period, {})
        of_period |= dict.fromkeys([each.id for each in posting.budgets], posting.amount_usd)
    return found


def _add_in_place(
    connection: Connection,
    organization_id: str,
    period: Span,
    budget_ids: Sequence[str],
    amounts: _Amounts,
) -> dict[PeriodKey, Decimal] | None:
    """In one step; None where there is no row of just these budgets in this order."""
    added = {
        "of": organization_id,
        "start": period.start,
        "end": period.end,
        "budget_ids": _array(budget_ids),
        "amounts": _array(str(amounts.get(each, 0)) for each in budget_ids),
    }
    for row in rows_of(connection, _ADD_IN_PLACE, added):
        sums = zip(budget_ids, row.spent_usd.split(","), strict=True)
        return {(each, period.start): Decimal(usd) for each, usd in sums if each in amounts}
    return None


def _add(
    connection: Connection,
    places: Places,
    organization_id: str,
    amounts: Mapping[datetime, _Amounts],
) -> dict[PeriodKey, Decimal]:
    """Hold all rows first, in order, and see who stands where."""
    asked = {"of": organization_id, "starts": _array(start.isoformat() for start in amounts)}
    spent: dict[PeriodKey, Decimal] = {}
    changed: list[dict[str, Any]] = []
    for row in rows_of(connection, _HOLD, asked):
        period, budget_ids = Span(row.start, row.end), row.budget_ids.split(",")
        places.remember(organization_id, period, budget_ids)
        sums = dict(zip(budget_ids, map(Decimal, row.spent_usd.split(",")), strict=True))
        of_budgets = amounts[period.start]
        added = {each: EXACT.add(sums[each], of_budgets[each]) for each in sums.keys() & of_budgets}
        if added:
            spent |= {(each, period.start): total for each, total in added.items()}
            key = {"of": organization_id, "start": row.start, "end": row.end}
            changed.append({**key, "sums": _array(map(str, (sums | added).values()))})
    run_each(connection, _CHANGE, changed)
    return spent


def _array(values: Iterable[str]) -> str:
    """Of ids, times and numbers, none of which needs quotes."""
    return f"{{{','.join(values)}}}"


#: Whoever waits for the row adds to what is there then, and to nothing where it is another one.
_ADD_IN_PLACE = """
UPDATE budget_periods SET spent_usd = (
    SELECT array_agg(spent + added ORDER BY place)
    FROM unnest(spent_usd, %(amounts)s::numeric[])
        WITH ORDINALITY AS entry (spent, added, place)
)
WHERE organization_id = %(of)s::uuid AND start = %(start)s AND "end" = %(end)s
    AND budget_ids = %(budget_ids)s::uuid[]
RETURNING array_to_string(spent_usd, ',') AS spent_usd
"""
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
