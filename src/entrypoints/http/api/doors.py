"""Doors for what people already run: other programs' logs of calls, through the same use case."""

from collections.abc import Callable

from flask import Response, jsonify, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from domain.event import ReportedEvent
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.batches import Batch, split_logs
from entrypoints.http.bodies import LARGEST_INFLATED
from entrypoints.http.doors.cloudevents import in_binary_mode, read_cloud_event
from entrypoints.http.doors.litellm import read_call
from entrypoints.http.ingest_answers import document_of, refusal_of
from entrypoints.http.ingesting import Ingesting
from entrypoints.http.openapi_events import CLOUDEVENTS_BODY, LITELLM_BODY
from entrypoints.http.schemas.events import IngestedSchema

_STRUCTURED, _BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


def blueprint(container: Container) -> Routes:
    routes = Routes("doors", __name__, url_prefix="/api/v1/ingest", description="Events")
    ingesting = Ingesting(container)

    def ingest(batch: Batch, read: Callable[[bytes], ReportedEvent]) -> Response:
        result = ingesting.take(batch.documents, read)
        return (refusal_of(result) if batch.is_single else None) or jsonify(document_of(result))

    @routes.post("/litellm")
    @routes.doc(requestBody=LITELLM_BODY)
    @routes.response(200, IngestedSchema)
    @routes.problems(409, 422, 429)
    def litellm() -> Response:
        """Take LiteLLM's logs, from its `generic_api` callback.

        As it sends them: a list, one a line, or one alone. Prompts and answers are not read.
        """
        # Its logs hold prompts and answers unless that is turned off, so a body may be larger.
        return ingest(split_logs(ingesting.body(most=LARGEST_INFLATED)), read_call)

    @routes.post("/cloudevents")
    @routes.doc(requestBody=CLOUDEVENTS_BODY)
    @routes.response(200, IngestedSchema)
    @routes.problems(409, 422, 429)
    def cloudevents() -> Response:
        """Take CloudEvents whose data are events, one or a batch, structured or binary.

        Source and id make the event's id; time and subject are its timestamp and user, unless its
        data say them.
        """
        return ingest(_cloud_events(ingesting), read_cloud_event)

    return routes


def _cloud_events(ingesting: Ingesting) -> Batch:
    if request.mimetype == _BATCH:
        batch = split_logs(ingesting.body())
        if batch.is_single:
            raise BadRequest("A batch of CloudEvents must be a list.")
        return batch
    if request.mimetype == _STRUCTURED:
        return Batch([ingesting.body()], is_single=True)
    if request.mimetype == "application/json" and "Ce-Specversion" in request.headers:
        return Batch([in_binary_mode(dict(request.headers), ingesting.body())], is_single=True)
    raise UnsupportedMediaType(
        f"Content-Type must be {_STRUCTURED} or {_BATCH}, or application/json with ce- headers."
    )
