"""Whether the server can serve."""

from marshmallow import Schema, fields, validate

from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.version import VERSION


class HealthSchema(Schema):
    status = fields.String(required=True, validate=validate.OneOf(["ok"]))
    database = fields.String(required=True, validate=validate.OneOf(["ok"]))
    version = fields.String(required=True)


def blueprint(container: Container) -> Routes:
    routes = Routes("health", __name__, url_prefix="/api/health", description="Health")
    units_of_work = container.units_of_work()

    @routes.get("")
    @routes.response(200, HealthSchema)
    def health() -> dict[str, str]:
        """Ready when the database answers; a 503 problem when it is away."""
        units_of_work.check()
        return {"status": "ok", "database": "ok", "version": VERSION}

    return routes
