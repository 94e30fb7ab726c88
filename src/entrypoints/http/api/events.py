"""Events come in here, and one can be looked at."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import UnsupportedMediaType

from application.reports.explain_event import ExplainEventRequest
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.tables import columns_of
from entrypoints.http.authentication import current_organization_id
from entrypoints.http.batches import Batch, split_json, split_ndjson
from entrypoints.http.csv_table import csv_response
from entrypoints.http.event_messages import read_event
from entrypoints.http.ingest_answers import document_of, refusal_of
from entrypoints.http.ingesting import Ingesting
from entrypoints.http.openapi import table_answer
from entrypoints.http.openapi_events import EVENTS_BODY
from entrypoints.http.schemas.events import (
    CostLineSchema,
    ExplainedEventSchema,
    IngestedSchema,
    explained_document,
)
from entrypoints.http.schemas.lists import FormatQuerySchema

_BLANK_LINE = {"counted": None, **columns_of(CostLineSchema())}


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
    @routes.arguments(FormatQuerySchema, location="query")
    @routes.doc(responses=table_answer(ExplainedEventSchema, "The event"))
    @routes.problems(404)
    def show_event(query: dict[str, Any], event_id: str) -> Response:
        """One event, and its cost line by line; a CSV file has the lines.

        Those of its `cost_usd` are `counted`; the others say what the price book would make of it.
        """
        asked = ExplainEventRequest(organization_id=current_organization_id(), event_id=event_id)
        document = explained_document(run_explain_event(asked))
        if query["format"] == "csv":
            lines = list(_lines(document["cost"]))
            return csv_response(lines, "truecompute-cost-lines", blank=_BLANK_LINE)
        return jsonify(document)

    return routes


def _lines(cost: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("lines", "computed_lines"):
        for line in cost[name] or ():
            yield {"counted": name == "lines", **line}


def _batch(ingesting: Ingesting) -> Batch:
    if request.mimetype == "application/json":
        return split_json(ingesting.body())
    if request.mimetype == "application/x-ndjson":
        return split_ndjson(ingesting.body())
    raise UnsupportedMediaType("Content-Type must be application/json or application/x-ndjson.")
