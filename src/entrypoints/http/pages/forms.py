"""What somebody typed into a form, and what was wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    TooManyRequests,
    TrueComputeError,
    Unauthenticated,
)
from domain.text import has_unstorable
from entrypoints.http.pages.counts import wait
from entrypoints.http.pages.vocabulary import sentence
from entrypoints.http.problems import status_of
from entrypoints.http.schemas.fields import read_email
from entrypoints.http.texts import gettext, mark

#: What a form shows beside its fields; any other error is a page of its own.
REFUSALS = (Invalid, Conflict, Forbidden, Unauthenticated, TooManyRequests)

_SECRET = "password"  # noqa: S105 - a part of field names


@dataclass(frozen=True, slots=True)
class Form:
    """``errors`` are sentences by field; ``message`` is about the whole."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str | None = None
    status: int = 200

    @classmethod
    def refused(cls, error: TrueComputeError, places: Mapping[str, str] | None = None) -> "Form":
        """The form of this request with what is wrong; ``places`` are the fields of codes."""
        errors = _errors_of(error, places or {})
        message = None if errors else sentence(error.detail)
        if isinstance(error, TooManyRequests):
            pause = wait(error.retry_after_s)
            message = gettext("Too many attempts. Try again in %(pause)s.", pause=pause)
        return cls(typed(), errors, message, status_of(error))


def typed() -> dict[str, str]:
    """What the fields of this request's form hold; never a password, never the form's token."""
    return {
        name: value
        for name, value in request.form.items()
        if _SECRET not in name and name != "csrf_token"
    }


def text(name: str) -> str:
    """A field's text as typed.

    Raises:
        Invalid: it cannot be stored.
    """
    value = request.form.get(name, "")
    if has_unstorable(value):
        raise Invalid.at(f"/{name}", "must not contain NUL characters", code="invalid_text")
    return value


def email_address(name: str = "email") -> str:
    """A field's e-mail address in its normal form; raises ``Invalid``."""
    try:
        return read_email(text(name))
    except ValidationError:
        is_empty = not text(name).strip()
        detail = mark("must not be empty") if is_empty else mark("must be an e-mail address")
        raise Invalid.at(f"/{name}", detail) from None


def see_other(endpoint: str, notice: str | None = None, **values: Any) -> Response:
    """After a form: to the page that shows what became of it, with one of ``notices.NOTICES``."""
    return redirect(url_for(endpoint, notice=notice, **values), code=303)


def _errors_of(error: TrueComputeError, places: Mapping[str, str]) -> dict[str, str]:
    if error.code in places:
        return {places[error.code]: sentence(error.detail)}
    faults = error.faults if isinstance(error, Invalid) else ()
    named = ((fault.pointer.removeprefix("/").partition("/")[0], fault.detail) for fault in faults)
    return {name: sentence(detail) for name, detail in named if name}
