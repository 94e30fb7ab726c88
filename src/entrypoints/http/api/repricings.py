"""What was priced again."""

from typing import Any

from application.pricing.list_repricings import ListRepricingsRequest
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.tables import table
from entrypoints.http.authentication import current_member
from entrypoints.http.schemas.repricings import RepricingListSchema, RepricingQuerySchema


def blueprint(container: Container) -> Routes:
    routes = Routes(
        "repricings", __name__, url_prefix="/api/v1/repricings", description="Priced again"
    )
    run_list_repricings = container.list_repricings()

    @routes.get("")
    @routes.arguments(RepricingQuerySchema, location="query")
    @table(routes, RepricingListSchema, "The newest first", name="truecompute-repricings")
    def list_repricings(query: dict[str, Any]) -> dict[str, Any]:
        """The last times that calls were priced again: why, how many, and what that changed."""
        organization_id = current_member().organization_id
        asked = ListRepricingsRequest(organization_id=organization_id, limit=query["limit"])
        return {"data": run_list_repricings(asked), "next_cursor": None}

    return routes
