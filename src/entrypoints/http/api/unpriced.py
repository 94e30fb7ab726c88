"""What has no whole price yet."""

from typing import Any

from application.reports.list_unpriced import ListUnpricedRequest, UnpricedModel
from domain.price_gap import REPAIRABLE
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.authentication import current_organization_id
from entrypoints.http.schemas.unpriced import UnpricedReportSchema
from entrypoints.http.schemas.usage import RangeQuerySchema


def blueprint(container: Container) -> Routes:
    routes = Routes("unpriced", __name__, url_prefix="/api/v1/unpriced", description="Unpriced")
    run_list_unpriced = container.list_unpriced()

    @routes.get("")
    @routes.arguments(RangeQuerySchema, location="query")
    @routes.response(200, UnpricedReportSchema)
    def report(query: dict[str, Any]) -> dict[str, Any]:
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
        return {
            "span": found.span,
            "timezone": found.timezone,
            "data": [_row(model) for model in found.models],
            "left_out": found.left_out,
        }

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
        "nearest": list(model.nearest),
    }
