"""A blueprint for the API: strict about what comes in, honest about what may go out."""

from collections.abc import Callable
from typing import Any

from flask import Request, current_app, g
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from entrypoints.http.bodies import LARGEST_DOCUMENT, read_at_most
from entrypoints.http.problems import MEDIA_TYPE
from entrypoints.http.schemas.problem import ProblemSchema

_WORDS = {
    400: "The request cannot be read",
    401: "Not signed in, or not with a usable key",
    403: "Not allowed",
    404: "There is no such thing",
    409: "It contradicts what is stored",
    413: "Too large",
    415: "A media type or encoding that is not understood",
    422: "It breaks a rule; `errors` says where",
    429: "Too many; wait for the seconds in `Retry-After`",
    503: "Something needed is away; nothing was stored, and a retry is safe",
}


class StrictParser(FlaskParser):
    """Refuses unknown parameters, JSON that is none, and bodies that do not say they are JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - as webargs has it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def load_json(self, req: Request, schema: Any) -> Any:
        """The decoded body, or webargs' mark for none."""
        body = read_at_most(LARGEST_DOCUMENT)
        if not body:
            return super().load_json(req, schema)
        if req.mimetype != "application/json":
            raise UnsupportedMediaType("Content-Type must be application/json.")
        g.sent_json = body
        try:
            return current_app.json.loads(body)
        except ValueError as error:
            raise BadRequest(f"The body is not JSON: {error}") from None


def sent_json() -> bytes:
    """The body of this request to a route that takes one, for what has to be as it was written."""
    body: bytes = g.sent_json
    return body


class Routes(Blueprint):  # type: ignore[misc]
    """flask-smorest's blueprint with our parser and our errors."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: type[Schema], **options: Any) -> Callable[[Any], Any]:
        """What a view takes. The schema is made once: webargs would make one for each request."""
        return super().arguments(schema(), **options)  # type: ignore[no-any-return]

    def problems(self, *statuses: int) -> Callable[[Any], Any]:
        """Document that a view may answer with a problem of these statuses."""

        def decorate(view: Any) -> Any:
            for status in statuses:
                view = self.alt_response(
                    status,
                    schema=ProblemSchema,
                    description=words_for(status),
                    content_type=MEDIA_TYPE,
                )(view)
            return view

        return decorate


def words_for(status: int) -> str:
    """The description of an error status in the OpenAPI document."""
    return _WORDS[status]
