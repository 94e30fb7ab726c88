"""What was alerted."""

from typing import Any

from application.budgets.list_alerts import AlertWithDeliveries, ListAlertsRequest
from entrypoints.container import Container
from entrypoints.http.api.channels import delivery_document
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.tables import table
from entrypoints.http.authentication import current_organization_id
from entrypoints.http.schemas.lists import next_cursor
from entrypoints.http.schemas.notifications import AlertListSchema, AlertQuerySchema

_NAMES = (
    "id",
    "budget_id",
    "budget_name",
    "limit_usd",
    "kind",
    "threshold",
    "spent_usd",
    "explanation",
    "created_at",
)


def blueprint(container: Container) -> Routes:
    routes = Routes("alerts", __name__, url_prefix="/api/v1/alerts", description="Alerts")
    run_list_alerts = container.list_alerts()

    @routes.get("")
    @routes.arguments(AlertQuerySchema, location="query")
    @table(routes, AlertListSchema, "The alerts", name="truecompute-alerts")
    def list_alerts(query: dict[str, Any]) -> dict[str, Any]:
        """Alerts, newest first, each with its deliveries."""
        limit, cursor, budget_id = query["limit"], query["cursor"], query["budget_id"]
        found = run_list_alerts(
            ListAlertsRequest(
                organization_id=current_organization_id(),
                budget_id=str(budget_id) if budget_id else None,
                after=str(cursor) if cursor else None,
                limit=limit + 1,
            )
        )
        following = next_cursor([each.alert.id for each in found], limit)
        return {"data": [_document(each) for each in found[:limit]], "next_cursor": following}

    return routes


def _document(found: AlertWithDeliveries) -> dict[str, Any]:
    alert = found.alert
    return {name: getattr(alert, name) for name in _NAMES} | {
        "period_start": alert.period.start,
        "period_end": alert.period.end,
        "deliveries": [delivery_document(each) for each in found.deliveries],
    }
