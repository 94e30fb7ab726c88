"""The door for OpenTelemetry: traces over OTLP/HTTP."""

from collections.abc import Callable, Iterator

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from application.ingestion.ingest_events import Rejection
from application.ports.events import Fate
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.batches import MOST_EVENTS
from entrypoints.http.bodies import LARGEST_INFLATED
from entrypoints.http.doors.otlp import (
    JSON,
    PROTOBUF,
    answer,
    spans_of_json,
    spans_of_protobuf,
    status_message,
)
from entrypoints.http.doors.spans import Span, calls_of
from entrypoints.http.ingesting import LARGE_BODY, Ingesting, Items
from entrypoints.http.openapi_events import TRACES_ANSWER, TRACES_BODY
from entrypoints.http.problems import MEDIA_TYPE


def blueprint(container: Container) -> Routes:
    routes = Routes("traces", __name__, url_prefix="/v1/traces", description="Events")
    ingesting = Ingesting(container)

    def stored(read: Callable[[bytes], list[Span]], body: bytes) -> Iterator[str]:
        """Why calls of the body were refused; the others are stored."""
        with ingesting.decoding():
            found = calls_of(read(body))
        ingesting.admit(len(found))
        for calls in _portions(found):
            result = ingesting.store(calls)
            for name, outcome in zip(result.ids, result.outcomes, strict=True):
                if isinstance(outcome, Rejection):
                    yield f"{name}: {outcome.fault.pointer} {outcome.fault.detail}"
                elif outcome is Fate.CONFLICT:
                    yield f"{name}: another event with this id is stored"

    @routes.post("")
    @routes.doc(requestBody=TRACES_BODY, responses=TRACES_ANSWER)
    @routes.problems(429)
    def export() -> Response:
        """Take spans over OTLP/HTTP; those that are calls of a model become events.

        Agents', workflows' and tools' spans are passed over: they repeat the usage within them.
        A span's id is its event's, so that sending it again changes nothing.
        """
        media_type, read = _encoding()
        body = ingesting.body(most=LARGEST_INFLATED)
        # How many calls are in it shows only when it is read.
        with ingesting.turn(is_large=len(body) > LARGE_BODY):
            reasons = list(stored(read, body))
        body = answer(media_type, len(reasons), "; ".join(reasons[:5]))
        return Response(body, mimetype=media_type)

    @routes.after_request
    def in_protocol(response: Response) -> Response:
        """Who speaks protobuf gets a refusal as protobuf; a problem document is JSON's."""
        if response.mimetype == MEDIA_TYPE and request.mimetype == PROTOBUF:
            told = response.get_json()
            response.set_data(status_message(f"{told['code']}: {told['detail']}"))
            response.mimetype = PROTOBUF
        return response

    return routes


def _encoding() -> tuple[str, Callable[[bytes], list[Span]]]:
    if request.mimetype == PROTOBUF:
        return PROTOBUF, spans_of_protobuf
    if request.mimetype == JSON:
        return JSON, spans_of_json
    raise UnsupportedMediaType(f"Content-Type must be {PROTOBUF} or {JSON}.")


def _portions(calls: Items) -> Iterator[Items]:
    """As many as go into one transaction."""
    for start in range(0, len(calls), MOST_EVENTS):
        yield calls[start : start + MOST_EVENTS]
