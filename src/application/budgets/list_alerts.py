"""What was alerted, and where it went."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.alert import Alert
from domain.delivery import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAlertsRequest:
    """Of one budget where it is named; ``after`` is the id of the last alert seen."""

    organization_id: str
    budget_id: str | None = None
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertWithDeliveries:
    """``has_budget`` False: it is a spike, or its budget was deleted."""

    alert: Alert
    deliveries: Sequence[Delivery]
    has_budget: bool


class ListAlerts:
    """Alerts, newest first, each with what became of it on the channels."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: ListAlertsRequest) -> list[AlertWithDeliveries]:
        organization_id = request.organization_id
        with self._units_of_work(snapshot=True) as uow:
            alerts = uow.alerts.list(
                organization_id,
                budget_id=request.budget_id,
                after=request.after,
                limit=request.limit,
            )
            budgets = {budget.id for budget in uow.budgets.list(organization_id)}
            sent = uow.deliveries.of_alerts(organization_id, [alert.id for alert in alerts])
        return [
            AlertWithDeliveries(
                alert=alert,
                deliveries=[each for each in sent if each.alert_id == alert.id],
                has_budget=alert.budget_id in budgets,
            )
            for alert in alerts
        ]
