"""What was alerted."""

from typing import Any

from flask import Response, jsonify

from application.budgets.list_alerts import AlertWithDeliveries, ListAlertsRequest
from entrypoints.container import Container
from entrypoints.http.api.channels import delivery_document
from entrypoints.http.api.routes import Routes
from entrypoints.http.authentication import current_organization_id
from entrypoints.http.csv_table import csv_response
from entrypoints.http.openapi import table_answer
from entrypoints.http.schemas.lists import next_cursor
from entrypoints.http.schemas.notifications import AlertListSchema, AlertQuerySchema, AlertSchema

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
_BLANK = dict.fromkeys(AlertSchema().fields)


def blueprint(container: Container) -> Routes:
    routes = Routes("alerts", __name__, url_prefix="/api/v1/alerts", description="Alerts")
    run_list_alerts = container.list_alerts()

    @routes.get("")
    @routes.arguments(AlertQuerySchema, location="query")
    @routes.doc(responses=table_answer(AlertListSchema, "The alerts"))
    def list_alerts(query: dict[str, Any]) -> Response:
        """Alerts, newest first, each with its deliveries.

        Of a list that goes on, a CSV file names the next part in its `Link` header.
        """
        limit, cursor = query["limit"], query["cursor"]
        found = run_list_alerts(
            ListAlertsRequest(
                organization_id=current_organization_id(),
                after=str(cursor) if cursor else None,
                limit=limit + 1,
            )
        )
        following = next_cursor([each.alert.id for each in found], limit)
        shown = {"data": [_document(each) for each in found[:limit]], "next_cursor": following}
        document: dict[str, Any] = AlertListSchema().dump(shown)
        if query["format"] == "csv":
            return csv_response(
                document["data"], "truecompute-alerts", blank=_BLANK, next_cursor=following
            )
        return jsonify(document)

    return routes


def _document(found: AlertWithDeliveries) -> dict[str, Any]:
    alert = found.alert
    return {name: getattr(alert, name) for name in _NAMES} | {
        "period_start": alert.period.start,
        "period_end": alert.period.end,
        "deliveries": [delivery_document(each) for each in found.deliveries],
    }
