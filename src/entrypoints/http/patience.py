"""Clients that begin a request's body and do not go on."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: Longest silence within a body, or while an answer is taken.
PATIENCE_S = 20.0


def impatient(application: WSGIApplication) -> WSGIApplication:
    """The application, on gunicorn's connections with a limit to how long each waits for bytes.

    Without one a client that vanished holds its thread for good. gunicorn lifts the limit itself
    before the connection's next request.
    """

    def run(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["gunicorn.socket"].settimeout(PATIENCE_S)
        return application(environ, start_response)

    return run
