"""Whether the server can serve."""

from typing import Any

from marshmallow import Schema, fields, validate

from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.version import VERSION


class PriceBookHealthSchema(Schema):
    """A stale book prices calls still; some prices have probably changed since."""

    book_version = fields.String(required=True)
    age_days = fields.Integer(required=True, allow_none=True)
    source = fields.String(required=True, validate=validate.OneOf(["bundled", "replaced"]))
    is_stale = fields.Boolean(required=True)


class HealthSchema(Schema):
    status = fields.String(required=True, validate=validate.OneOf(["ok"]))
    database = fields.String(required=True, validate=validate.OneOf(["ok"]))
    version = fields.String(required=True)
    prices = fields.Nested(PriceBookHealthSchema, required=True)


def blueprint(container: Container) -> Routes:
    routes = Routes("health", __name__, url_prefix="/api/health", description="Health")
    units_of_work, run_describe = container.units_of_work(), container.describe_price_book()

    @routes.get("")
    @routes.response(200, HealthSchema)
    def health() -> dict[str, Any]:
        """Ready when the database answers; a 503 problem when it is away."""
        units_of_work.check()
        book = run_describe()
        prices = {
            "book_version": book.info.version,
            "age_days": book.age_days,
            "source": "replaced" if book.is_replaced else "bundled",
            "is_stale": book.is_stale,
        }
        return {"status": "ok", "database": "ok", "version": VERSION, "prices": prices}

    return routes
