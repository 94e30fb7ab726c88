"""What budgets have spent, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from adapters.sql.closing_periods import close_periods
from adapters.sql.forecast_documents import forecast_document, to_forecast
from adapters.sql.ledger_statements import (
    FIND,
    FORGET_ENDED,
    HOLD_TO_RESERVE,
    KEEP_FORECAST,
    LOCK,
    OPEN,
)
from adapters.sql.organization_revisions import OrganizationRevisions
from adapters.sql.period_amounts import given
from adapters.sql.posting import Places, post
from application.ports.ledger import Held, Ledger, PeriodKey
from domain.budget_book import Posting
from domain.forecast import Forecast
from domain.period import Span
from domain.spending import Spending


class SqlLedger(Ledger):
    """Rows are locked in the order of their key, and changed when all of them are.

    Opening a period is the exception: two transactions that open the first periods of several
    lengths at the same moment may deadlock. One of them is then ended, and stores nothing.
    """

    def __init__(
        self, connection: Connection, revisions: OrganizationRevisions, places: Places
    ) -> None:
        self._connection = connection
        self._revisions = revisions
        self._places = places

    def post(
        self, organization_id: str, postings: Sequence[Posting], *, also: Collection[PeriodKey] = ()
    ) -> dict[PeriodKey, Decimal]:
        return post(self._connection, self._places, organization_id, postings, also)

    def open(
        self, organization_id: str, budget_id: str, period: Span, spent_usd: Decimal, new: Decimal
    ) -> Decimal:
        opened = {
            "of": organization_id,
            "budget_id": budget_id,
            "start": period.start,
            "end": period.end,
            "spent": spent_usd,
            "new": new,
        }
        return Decimal(self._connection.execute(OPEN, opened).scalar_one())

    def hold(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Spending]:
        if keys:
            self._connection.execute(LOCK, _given(organization_id, keys))
        return self.find(organization_id, keys)

    def hold_to_reserve(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Held]:
        rows = self._connection.execute(HOLD_TO_RESERVE, _given(organization_id, keys)).all()
        if rows:
            self._revisions.hold(
                organization_id, rows[0].pricing_revision, rows[0].budgets_revision
            )
        return [Held(_spending(row), row.first_expiry) for row in rows if row.budget_id is not None]

    def find(self, organization_id: str, keys: Collection[PeriodKey]) -> list[Spending]:
        if not keys:
            return []
        rows = self._connection.execute(FIND, _given(organization_id, keys))
        return [_spending(row) for row in rows]

    def close(self, organization_id: str, budget_id: str) -> None:
        close_periods(self._connection, organization_id, budget_id)

    def keep_forecast(
        self, organization_id: str, key: PeriodKey, forecast: Forecast | None
    ) -> None:
        kept = {
            "of": organization_id,
            "budget_id": key[0],
            "start": key[1],
            "forecast": None if forecast is None else forecast_document(forecast),
        }
        self._connection.execute(KEEP_FORECAST, kept)

    def forget_ended(self, before: datetime) -> int:
        return int(self._connection.execute(FORGET_ENDED, {"before": before}).scalar_one())


def _given(organization_id: str, keys: Collection[PeriodKey]) -> dict[str, Any]:
    return given(organization_id, ((key, Decimal(0)) for key in keys))


def _spending(row: Row[Any]) -> Spending:
    return Spending(
        budget_id=row.budget_id,
        period=Span(row.start, row.end),
        spent_usd=row.spent_usd,
        reserved_usd=row.reserved_usd,
        forecast=None if row.forecast is None else to_forecast(row.forecast),
    )
