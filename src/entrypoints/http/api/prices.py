"""The price book."""

from typing import Any

from application.reports.list_prices import ListPricesRequest
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.schemas.prices import PriceListSchema, PriceQuerySchema


def blueprint(container: Container) -> Routes:
    routes = Routes("prices", __name__, url_prefix="/api/v1/prices", description="Prices")
    run_list_prices = container.list_prices()

    @routes.get("")
    @routes.arguments(PriceQuerySchema, location="query")
    @routes.response(200, PriceListSchema)
    def list_prices(query: dict[str, Any]) -> dict[str, Any]:
        """What the price book says, by provider and model."""
        return {"data": run_list_prices(ListPricesRequest(**query)), "next_cursor": None}

    return routes
