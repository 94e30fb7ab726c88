"""Alerts in memory."""

from collections.abc import Collection, Sequence

from adapters.memory.state import State
from application.ports.alerts import AlertRepository
from domain.alert import Alert


class InMemoryAlertRepository(AlertRepository):
    def __init__(self, state: State) -> None:
        self._alerts = state.alerts

    def claim(self, organization_id: str, alert: Alert) -> bool:
        mine = (each for (owner, _), each in self._alerts.items() if owner == organization_id)
        if _claim(alert) in map(_claim, mine):
            return False
        self._alerts[organization_id, alert.id] = alert
        return True

    def get(self, organization_id: str, alert_id: str) -> Alert | None:
        return self._alerts.get((organization_id, alert_id))

    def list(
        self,
        organization_id: str,
        *,
        budget_id: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> list[Alert]:
        found = [
            alert
            for (owner, name), alert in self._alerts.items()
            if owner == organization_id
            and (budget_id is None or alert.budget_id == budget_id)
            and (after is None or name < after)
        ]
        return sorted(found, key=lambda alert: alert.id, reverse=True)[:limit]

    def find(self, organization_id: str, ids: Collection[str]) -> Sequence[Alert]:
        found = (self.get(organization_id, each) for each in set(ids))
        return [alert for alert in found if alert is not None]


def _claim(alert: Alert) -> tuple[object, ...]:
    return alert.budget_id, alert.period.start, alert.kind, alert.threshold, alert.version
