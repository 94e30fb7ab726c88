"""Alerts in PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from adapters.sql.ids import is_id
from adapters.sql.notification_tables import alerts
from application.ports.alerts import AlertRepository
from domain.alert import Alert, AlertKind
from domain.period import Span


class SqlAlertRepository(AlertRepository):
    """The unique indexes decide which of several claims is the one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, organization_id: str, alert: Alert) -> bool:
        claimed = (
            insert(alerts)
            .values(
                id=alert.id,
                organization_id=organization_id,
                kind=alert.kind,
                budget_id=alert.budget_id,
                budget_name=alert.budget_name,
                limit_usd=alert.limit_usd,
                version=alert.version,
                threshold=alert.threshold,
                period_start=alert.period.start,
                period_end=alert.period.end,
                spent_usd=alert.spent_usd,
                explanation=alert.explanation,
                created_at=alert.created_at,
            )
            .on_conflict_do_nothing()
            .returning(alerts.c.id)
        )
        return self._connection.execute(claimed).one_or_none() is not None

    def get(self, organization_id: str, alert_id: str) -> Alert | None:
        found = self.find(organization_id, [alert_id])
        return found[0] if found else None

    def list(
        self,
        organization_id: str,
        *,
        budget_id: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> list[Alert]:
        found = select(alerts).where(alerts.c.organization_id == organization_id)
        for column, value in ((alerts.c.budget_id, budget_id), (alerts.c.id, after)):
            if value is None:
                continue
            if not is_id(value):
                return []
            found = found.where(column == value if column is alerts.c.budget_id else column < value)
        rows = self._connection.execute(found.order_by(alerts.c.id.desc()).limit(limit))
        return [_to_alert(row._asdict()) for row in rows]

    def find(self, organization_id: str, ids: Collection[str]) -> Sequence[Alert]:
        known = [each for each in ids if is_id(each)]
        if not known:
            return []
        found = select(alerts).where(
            alerts.c.organization_id == organization_id, alerts.c.id.in_(known)
        )
        return [_to_alert(row._asdict()) for row in self._connection.execute(found)]


def _to_alert(row: dict[str, Any]) -> Alert:
    period = Span(row.pop("period_start"), row.pop("period_end"))
    return Alert(**{**row, "kind": AlertKind(row["kind"])}, period=period)
