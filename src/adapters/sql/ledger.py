"""What budgets have spent, in PostgreSQL."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, true, update
from sqlalchemy.dialects.postgresql import insert

from adapters.sql.budget_tables import budget_periods as periods
from adapters.sql.budget_tables import reservation_holds as holds
from adapters.sql.forecast_documents import forecast_document, to_forecast
from adapters.sql.hot_statements import rows_of
from adapters.sql.organization_revisions import HOLD_REVISIONS, OrganizationRevisions
from adapters.sql.period_amounts import GIVEN, IS_GIVEN, given
from application.ports.ledger import Held, Ledger, PeriodKey
from domain.budget_book import Posting
from domain.forecast import Forecast
from domain.period import Span
from domain.spending import Spending


class SqlLedger(Ledger):
    """Rows are locked in the order of their key, and changed when all of them are.

    Opening a period is the exception: two transactions that open the first periods of the same
    budgets at the same moment may deadlock. One of them is then ended, and stores nothing.
    """

    def __init__(self, connection: Connection, revisions: OrganizationRevisions) -> None:
        self._connection = connection
        self._revisions = revisions

    def post(
        self, organization_id: str, postings: Sequence[Posting], *, also: Collection[PeriodKey] = ()
    ) -> dict[PeriodKey, Decimal]:
        given = _Given()
        for posting in postings:
            given.add(
                [budget.id for budget in posting.budgets], posting.period.start, posting.amount_usd
            )
        for budget_id, start in set(also).difference(given.keys):
            given.add([budget_id], start, _NOTHING)
        if not given.keys:
            return {}
        (row,) = rows_of(self._connection, _POST, given.texts(organization_id))
        if row.numbers is None:
            return {}
        keys = [given.keys[int(n) - 1] for n in row.numbers.split(",")]
        return dict(zip(keys, map(Decimal, row.spent_usd.split(",")), strict=True))

    def open(
        self, organization_id: str, budget_id: str, period: Span, spent_usd: Decimal, new: Decimal
    ) -> Decimal:
        opened = (
            insert(periods)
            .values(
                organization_id=organization_id,
                budget_id=budget_id,
                start=period.start,
                end=period.end,
                spent_usd=spent_usd,
            )
            .on_conflict_do_update(
                index_elements=["budget_id", "start"],
                set_={"spent_usd": periods.c.spent_usd + new},
            )
            .returning(periods.c.spent_usd)
        )
        return Decimal(self._connection.execute(opened).scalar_one())

    def hold(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Spending]:
        return self._found(_HOLD, organization_id, keys)

    def hold_to_reserve(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Held]:
        amounts = given(organization_id, ((key, _NOTHING) for key in keys))
        rows = self._connection.execute(_HOLD_TO_RESERVE, amounts).all()
        if rows:
            self._revisions.hold(
                organization_id, rows[0].pricing_revision, rows[0].budgets_revision
            )
        return [Held(_spending(row), row.first_expiry) for row in rows if row.budget_id is not None]

    def find(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Spending]:
        return self._found(_FIND, organization_id, keys)

    def close(self, organization_id: str, budget_id: str) -> None:
        self._connection.execute(
            delete(periods).where(
                periods.c.organization_id == organization_id, periods.c.budget_id == budget_id
            )
        )

    def keep_forecast(
        self, organization_id: str, key: PeriodKey, forecast: Forecast | None
    ) -> None:
        self._connection.execute(
            update(periods)
            .where(
                periods.c.organization_id == organization_id,
                periods.c.budget_id == key[0],
                periods.c.start == key[1],
            )
            .values(forecast=None if forecast is None else forecast_document(forecast))
        )

    def forget_ended(self, before: datetime) -> int:
        # What somebody is posting to stays for the next time: waiting for it could deadlock.
        ended = (
            select(periods.c.budget_id, periods.c.start)
            .where(periods.c.end < before)
            .order_by(*_IN_ORDER)
            .with_for_update(skip_locked=True)
            .cte("ended")
        )
        of_ended = (periods.c.budget_id == ended.c.budget_id, periods.c.start == ended.c.start)
        return self._connection.execute(delete(periods).where(*of_ended)).rowcount

    def _found(
        self, found: Select[Any], organization_id: str, keys: Collection[PeriodKey]
    ) -> list[Spending]:
        if not keys:
            return []
        rows = self._connection.execute(
            found, given(organization_id, ((key, _NOTHING) for key in keys))
        )
        return [_spending(row) for row in rows]


def _spending(row: Row[Any]) -> Spending:
    return Spending(
        budget_id=row.budget_id,
        period=Span(row.start, row.end),
        spent_usd=row.spent_usd,
        reserved_usd=row.reserved_usd,
        forecast=None if row.forecast is None else to_forecast(row.forecast),
    )


class _Given:
    """The parameters of ``_POST``: each array as one text, which the driver need not go through."""

    def __init__(self) -> None:
        self.keys: list[PeriodKey] = []
        self._starts: list[str] = []
        self._amounts: list[str] = []

    def add(self, budget_ids: Sequence[str], start: datetime, amount: Decimal) -> None:
        self.keys += [(budget_id, start) for budget_id in budget_ids]
        self._starts += [start.isoformat()] * len(budget_ids)
        self._amounts += [str(amount)] * len(budget_ids)

    def texts(self, organization_id: str) -> dict[str, str]:
        return {
            "of": organization_id,
            "budget_ids": _array(budget_id for budget_id, _ in self.keys),
            "starts": _array(self._starts),
            "amounts": _array(self._amounts),
        }


def _array(values: Iterable[str]) -> str:
    """Of ids, times and numbers, none of which needs quotes."""
    return f"{{{','.join(values)}}}"


_NOTHING = Decimal(0)
_IN_ORDER = (periods.c.budget_id, periods.c.start)
_FIND = select(periods).join_from(periods, GIVEN, IS_GIVEN).order_by(*_IN_ORDER)
_HOLD = _FIND.with_for_update(of=periods)

_REVISIONS = HOLD_REVISIONS.cte("revisions")
_FIRST_EXPIRY = (
    select(func.min(holds.c.expires_at))
    .where(holds.c.budget_id == periods.c.budget_id, holds.c.start == periods.c.start)
    .scalar_subquery()
)
#: The organization's row comes first here as everywhere: the join needs it before any period.
_HELD = (
    select(periods, _FIRST_EXPIRY.label("first_expiry"))
    .select_from(_REVISIONS)
    .join(GIVEN, true())
    .join(periods, IS_GIVEN)
    .order_by(*_IN_ORDER)
    .with_for_update(of=periods)
    .cte("held")
)
_HOLD_TO_RESERVE = select(_REVISIONS, _HELD).select_from(_REVISIONS.outerjoin(_HELD, true()))

#: A period's number is its place among what is given: with a hundred budgets the answer's ids and
#: times took longer than the change.
_POST = """
WITH locked AS (
    SELECT p.budget_id, p.start, given.amount, given.number
    FROM unnest(%(budget_ids)s::uuid[], %(starts)s::timestamptz[], %(amounts)s::numeric[])
        WITH ORDINALITY AS given (budget_id, start, amount, number)
    JOIN budget_periods AS p ON p.organization_id = %(of)s::uuid
        AND p.budget_id = given.budget_id AND p.start = given.start
    ORDER BY p.budget_id, p.start
    FOR UPDATE OF p
), posted AS (
    UPDATE budget_periods AS p SET spent_usd = p.spent_usd + locked.amount
    FROM locked
    WHERE p.budget_id = locked.budget_id AND p.start = locked.start
    RETURNING locked.number, p.spent_usd
)
SELECT string_agg(number::text, ',') AS numbers, string_agg(spent_usd::text, ',') AS spent_usd
FROM posted
"""
