"""What happens around every request: its id, its log line, its headers, its unreadable parts."""

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote_to_bytes
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars
from werkzeug.exceptions import BadRequest

from domain.text import has_unstorable
from entrypoints.http.bodies import drop_rest
from entrypoints.http.cookies import keep_form_cookie

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

_ASKED_OFTEN = frozenset(("health.health", "pages.dashboard.arrival"))

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Addresses hold invitation tokens and names; nobody else need see them.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def install(
    app: Flask, *, is_https: bool, answered: Callable[[str, str, int, float], None]
) -> None:
    """Register the hooks.

    ``is_https`` also tells browsers never to come without. ``answered`` is told of every answer:
    method, the route's pattern, status, and seconds.
    """
    headers = dict(HEADERS)
    if is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"

    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if response.status_code == HTTPStatus.NO_CONTENT:
            del response.headers["Content-Type"]
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        keep_form_cookie(response)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            drop_rest()
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        _log_request(response, seconds)
        answered(_method(), _route() or "", response.status_code, seconds)
        return response

    app.before_request(_begin)
    app.after_request(finish)


def _begin() -> None:
    g.began = time.perf_counter()
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if _REQUEST_ID.fullmatch(sent) else uuid4().hex
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)
    _refuse_unstorable()


def _refuse_unstorable() -> None:
    """NUL and bytes that are not UTF-8 are refused wherever an address may hold them."""
    # Not Werkzeug's reading, which puts other characters in the place of such bytes.
    path = request.environ["PATH_INFO"].encode("latin-1")
    if not _is_text(path) or not _is_text(unquote_to_bytes(request.query_string)):
        raise BadRequest("The address holds characters that cannot be used.")


def _is_text(sent: bytes) -> bool:
    try:
        return not has_unstorable(sent.decode())
    except UnicodeDecodeError:
        return False


def _route() -> str | None:
    # The rule, not the path: a path may hold an invitation's token or an event's id.
    return request.url_rule.rule if request.url_rule else None


def _method() -> str:
    # Anybody may make up another one, and each would be counted by itself.
    return request.method if request.method in _METHODS else "other"


def _log_request(response: Response, seconds: float) -> None:
    # Probes and open pages ask every few seconds and would drown the rest.
    is_routine = request.endpoint in _ASKED_OFTEN or response.status_code == HTTPStatus.NOT_MODIFIED
    write = log.debug if is_routine else log.info
    write(
        "request",
        method=request.method,
        route=_route(),
        status=response.status_code,
        ms=round(seconds * 1000, 1),
    )
