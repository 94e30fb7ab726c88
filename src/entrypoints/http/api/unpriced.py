"""What has no whole price yet."""

from typing import Any

from flask import Response, jsonify

from application.reports.list_unpriced import ListUnpricedRequest, UnpricedModel
from domain.period import zone
from domain.price_gap import REPAIRABLE
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.authentication import current_organization_id
from entrypoints.http.csv_table import csv_response
from entrypoints.http.file_names import report_name
from entrypoints.http.openapi import table_answer
from entrypoints.http.schemas.unpriced import (
    UnpricedModelSchema,
    UnpricedQuerySchema,
    UnpricedReportSchema,
)

_BLANK = dict.fromkeys(UnpricedModelSchema().fields)


def blueprint(container: Container) -> Routes:
    routes = Routes("unpriced", __name__, url_prefix="/api/v1/unpriced", description="Unpriced")
    run_list_unpriced = container.list_unpriced()

    @routes.get("")
    @routes.arguments(UnpricedQuerySchema, location="query")
    @routes.doc(responses=table_answer(UnpricedReportSchema, "What has no whole price"))
    def report(query: dict[str, Any]) -> Response:
        """Calls without a whole price, by model and reason; an alias or own price repairs them."""
        found = run_list_unpriced(
            ListUnpricedRequest(
                organization_id=current_organization_id(),
                start=query["from_"],
                end=query["to"],
                timezone=query["tz"],
                filter=query["filter"],
            )
        )
        shown = {
            "span": found.span,
            "timezone": found.timezone,
            "data": [_row(model) for model in found.models],
            "left_out": found.left_out,
        }
        document: dict[str, Any] = UnpricedReportSchema().dump(shown)
        if query["format"] == "csv":
            name = report_name("unpriced", found.span, zone(found.timezone))
            return csv_response(document["data"], name, blank=_BLANK)
        return jsonify(document)

    return routes


def _row(model: UnpricedModel) -> dict[str, Any]:
    gap = model.gap
    return {
        "provider": gap.provider,
        "model": gap.model,
        "reason": gap.reason,
        "calls": gap.calls,
        "tokens": gap.tokens,
        "first_seen": gap.first_seen,
        "last_seen": gap.last_seen,
        "repairable": gap.reason in REPAIRABLE,
        "nearest": [each.model for each in model.nearest],
    }
