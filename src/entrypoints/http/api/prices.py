"""The price book."""

from collections.abc import Iterator
from typing import Any

from application.reports.list_prices import ListPricesRequest
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.tables import Row, table
from entrypoints.http.schemas.prices import PriceListSchema, PriceQuerySchema

_RATES = ("rates", "contested_rates")


def blueprint(container: Container) -> Routes:
    routes = Routes("prices", __name__, url_prefix="/api/v1/prices", description="Prices")
    run_list_prices = container.list_prices()

    @routes.get("")
    @routes.arguments(PriceQuerySchema, location="query")
    @table(routes, PriceListSchema, "The prices", name="truecompute-prices", rows_of=_rates)
    def list_prices(query: dict[str, Any]) -> dict[str, Any]:
        """What the price book says, by provider and model."""
        return {"data": run_list_prices(ListPricesRequest(**query)), "next_cursor": None}

    return routes


def _rates(price: Row) -> Iterator[Row]:
    """In a file each rate is a row; what another source states instead is not `applied`."""
    about = {name: value for name, value in price.items() if name not in _RATES}
    for rate in price["rates"]:
        yield {**about, **rate, "applied": True}
    for rate in price["contested_rates"]:
        yield {**about, **rate, "stated_by": price["contested_by"], "applied": False}
