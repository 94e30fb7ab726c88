"""Errors as problem documents (RFC 9457), and the one table of kinds and statuses."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, g, jsonify
from werkzeug.exceptions import HTTPException

from domain.errors import (
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    TrueComputeError,
    Unauthenticated,
    Unavailable,
    Undeliverable,
)
from domain.money import plain
from domain.pointers import step
from domain.reservation import BudgetExceeded
from domain.timestamps import format_timestamp

STATUSES: dict[type[TrueComputeError], HTTPStatus] = {
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    Undeliverable: HTTPStatus.BAD_GATEWAY,
    BudgetExceeded: HTTPStatus.PAYMENT_REQUIRED,
}
#: Seconds after which a request that met an absent database is worth repeating.
RETRY_AFTER_S = 2
MEDIA_TYPE = "application/problem+json"
#: Of an unknown field, which is not repeated at any length.
_LONGEST_NAME = 80
#: Where the phrase of a status is not the same in every version of Python.
_CODES = {413: "content_too_large", 422: Invalid.default_code}


def status_of(error: TrueComputeError) -> HTTPStatus:
    for parent, status in STATUSES.items():
        if isinstance(error, parent):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem(
    status: int, code: str, detail: str | None, faults: Sequence[Fault] = (), **more: Any
) -> Response:
    """A problem document as an answer; ``more`` are members of its own kind."""
    title = HTTPStatus(status).phrase
    response = jsonify(
        type="about:blank",
        title=title,
        status=status,
        detail=detail or title,
        code=code,
        request_id=g.get("request_id"),
        errors=[{"pointer": fault.pointer, "detail": fault.detail} for fault in faults],
        **more,
    )
    response.status_code = status
    response.mimetype = MEDIA_TYPE
    return response


def problem_of(error: TrueComputeError) -> Response:
    """The answer to an anticipated error."""
    faults = error.faults if isinstance(error, Invalid) else ()
    detail = error.detail
    if faults and faults[0].detail == detail:
        detail = f"{faults[0].pointer.strip('/') or 'The body'} {detail}."
    more = _budget_members(error) if isinstance(error, BudgetExceeded) else {}
    response = problem(status_of(error), error.code, detail, faults, **more)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    if isinstance(error, Unauthenticated) and error.code in (
        "invalid_api_key",
        "invalid_metrics_token",
    ):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _budget_members(error: BudgetExceeded) -> dict[str, Any]:
    return {
        "budget": {"id": error.budget.id, "name": error.budget.terms.name},
        "reason": error.reason,
        "remaining_usd": plain(error.remaining_usd),
        "resets_at": format_timestamp(error.resets_at),
    }


def problem_of_http(error: HTTPException) -> Response:
    """The answer to what Flask, Werkzeug or a schema refused."""
    status = error.code or 500
    messages = getattr(error, "data", {}).get("messages", {})
    faults = list(faults_of(messages))
    detail = faults[0].detail if faults else error.description
    response = problem(status, _code_of(status), detail, faults)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _code_of(status: int) -> str:
    return _CODES.get(status) or HTTPStatus(status).phrase.lower().replace(" ", "_").replace(
        "-", "_"
    )


def faults_of(messages: Any) -> Iterator[Fault]:
    """A schema's nested messages as faults; the outermost level is where the data stood."""
    if isinstance(messages, Mapping):
        for located in messages.values():
            yield from _walk(located, "")


def _walk(messages: Any, pointer: str) -> Iterator[Fault]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            here = "" if name == "_schema" else step(str(name)[:_LONGEST_NAME])
            yield from _walk(inner, pointer + here)
    elif isinstance(messages, list | tuple):
        for message in messages:
            yield Fault(pointer, str(message))
    else:
        yield Fault(pointer, str(messages))
