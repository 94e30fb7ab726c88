"""Events come in here, and one can be looked at."""

from flask import Response, jsonify, request
from werkzeug.exceptions import UnsupportedMediaType

from application.reports.explain_event import ExplainEventRequest
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.authentication import current_organization_id
from entrypoints.http.batches import Batch, split_json, split_ndjson
from entrypoints.http.event_messages import read_event
from entrypoints.http.ingest_answers import document_of, refusal_of
from entrypoints.http.ingesting import Ingesting
from entrypoints.http.openapi_events import EVENTS_BODY
from entrypoints.http.schemas.events import (
    ExplainedEventSchema,
    IngestedSchema,
    explained_document,
)


def blueprint(container: Container) -> Routes:
    routes = Routes("events", __name__, url_prefix="/api/v1/events", description="Events")
    ingesting, run_explain_event = Ingesting(container), container.explain_event()

    @routes.post("")
    @routes.doc(requestBody=EVENTS_BODY)
    @routes.response(200, IngestedSchema)
    @routes.problems(409, 422, 429)
    def ingest() -> Response:
        """Store events. Sending one again changes nothing.

        A body that is one event is answered 422 when it is refused and 409 when it conflicts.
        """
        batch = _batch(ingesting)
        result = ingesting.take(batch.documents, read_event)
        return (refusal_of(result) if batch.is_single else None) or jsonify(document_of(result))

    @routes.get("/<event_id:event_id>")
    @routes.response(200, ExplainedEventSchema)
    @routes.problems(404)
    def show_event(event_id: str) -> Response:
        """One event, and its cost line by line."""
        asked = ExplainEventRequest(organization_id=current_organization_id(), event_id=event_id)
        return jsonify(explained_document(run_explain_event(asked)))

    return routes


def _batch(ingesting: Ingesting) -> Batch:
    if request.mimetype == "application/json":
        return split_json(ingesting.body())
    if request.mimetype == "application/x-ndjson":
        return split_ndjson(ingesting.body())
    raise UnsupportedMediaType("Content-Type must be application/json or application/x-ndjson.")
