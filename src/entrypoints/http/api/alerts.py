"""What was alerted."""

from typing import Any

from application.budgets.list_alerts import AlertWithDeliveries, ListAlertsRequest
from entrypoints.container import Container
from entrypoints.http.api.channels import delivery_document
from entrypoints.http.api.routes import Routes
from entrypoints.http.authentication import current_organization_id
from entrypoints.http.schemas.lists import PageQuerySchema, next_cursor
from entrypoints.http.schemas.notifications import AlertListSchema

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
    @routes.arguments(PageQuerySchema, location="query")
    @routes.response(200, AlertListSchema)
    def list_alerts(query: dict[str, Any]) -> dict[str, Any]:
        """Alerts, newest first, each with its deliveries."""
        limit, cursor = query["limit"], query["cursor"]
        found = run_list_alerts(
            ListAlertsRequest(
                organization_id=current_organization_id(),
                after=str(cursor) if cursor else None,
                limit=limit + 1,
            )
        )
        return {
            "data": [_document(each) for each in found[:limit]],
            "next_cursor": next_cursor([each.alert.id for each in found], limit),
        }

    return routes


def _document(found: AlertWithDeliveries) -> dict[str, Any]:
    alert = found.alert
    return {name: getattr(alert, name) for name in _NAMES} | {
        "period_start": alert.period.start,
        "period_end": alert.period.end,
        "deliveries": [delivery_document(each) for each in found.deliveries],
    }
