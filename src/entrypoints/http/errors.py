"""What becomes of an error: a problem document for programs, a page for people."""

import structlog
from flask import Flask, Response, make_response, render_template, request
from flask_smorest import Api
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from domain.errors import TrueComputeError
from entrypoints.http.access import ROUTES
from entrypoints.http.problems import problem, problem_of, problem_of_http, status_of
from entrypoints.http.schemas.problem import ProblemSchema
from entrypoints.http.texts import mark, translated

log = structlog.get_logger(__name__)

#: Paths of programs; every other path is a person's.
_API_PATHS = ("/api/", "/v1/", "/openapi.json", "/metrics")


#: The statuses that people meet, and what Werkzeug says of them; a page says others in English.
STATUS_WORDS = (
    mark(
        "The requested URL was not found on the server. "
        "If you entered the URL manually please check your spelling and try again."
    ),
    mark("The method is not allowed for the requested URL."),
    mark("Bad request"),
    mark("Unauthorized"),
    mark("Forbidden"),
    mark("Not found"),
    mark("Method not allowed"),
    mark("Conflict"),
    mark("Too many requests"),
    mark("Internal server error"),
    mark("Service unavailable"),
)


class ProblemApi(Api):  # type: ignore[misc]
    """flask-smorest, with problem documents in place of its own error bodies."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer what Flask, Werkzeug or a schema refused."""
        if error.response is not None:
            return make_response(error.response)
        answer = problem_of_http(error)
        return _page(answer, error.description) if wants_page() else answer


def install(app: Flask) -> None:
    """Answer the domain's errors, and the errors that nobody anticipated."""
    app.register_error_handler(TrueComputeError, _anticipated)
    app.register_error_handler(ParseException, _unreadable)
    app.register_error_handler(Exception, _unanticipated)


def wants_page() -> bool:
    """Whether the request came to a page rather than to the API."""
    access = ROUTES.get(request.endpoint or "")
    return access.is_page if access else not request.path.startswith(_API_PATHS)


def _anticipated(error: TrueComputeError) -> Response:
    if status_of(error) >= 500:
        log.warning("unavailable", code=error.code, exc_info=error.__cause__)
    answer = problem_of(error)
    return _page(answer, error.detail) if wants_page() else answer


def _unreadable(error: ParseException) -> Response:  # noqa: ARG001 - a handler's
    """Answer a chunked body with broken chunks, which gunicorn notices when it is read."""
    answer = problem(400, "bad_request", "The body is not framed as HTTP asks for.")
    return _page(answer, None) if wants_page() else answer


def _unanticipated(error: Exception) -> Response:
    log.error("unanticipated error", exc_info=error)
    # Nothing of the error itself: it may hold data, statements or paths.
    answer = problem(500, "internal_error", "Something went wrong here. It has been logged.")
    return _page(answer, None) if wants_page() else answer


def _page(answer: Response, detail: str | None) -> Response:
    try:
        shown = {
            "status": answer.status_code,
            "title": translated(answer.status[4:].capitalize()),
            "detail": translated(detail or ""),
        }
        page = make_response(render_template("error.html", **shown), answer.status_code)
    except Exception as error:
        # An error must not turn into another: no page has its addresses built from, say, a
        # Host header that is none.
        log.warning("no error page", exc_info=error)
        return answer
    for name in ("Allow", "Retry-After"):
        if name in answer.headers:
            page.headers[name] = answer.headers[name]
    return page
