"""The cookies: the session, what binds forms to a browser before sign-in, colours and time zone."""

import hmac
import secrets
from hashlib import sha256

from flask import Response, current_app, g, request

from domain.session import SESSION_LIFETIME

SESSION_COOKIE = "tc_session"
FORM_COOKIE = "tc_form"
THEME_COOKIE = "tc_theme"
ZONE_COOKIE = "tc_zone"
#: The browser's own time zone, which ``zone.js`` tells.
BROWSER_ZONE_COOKIE = "tc_browser_zone"
THEMES = ("light", "dark")
_YEAR_S = 365 * 86_400


def session_token() -> str | None:
    """What the browser presents as its session; not checked yet."""
    return request.cookies.get(SESSION_COOKIE) or None


def set_session(response: Response, token: str) -> Response:
    """Hand the browser its session, out of reach of scripts and of other sites' forms."""
    return _set(response, SESSION_COOKIE, token, int(SESSION_LIFETIME.total_seconds()))


def clear_session(response: Response) -> Response:
    return _clear(response, SESSION_COOKIE)


def csrf_token() -> str:
    """The token for this browser's forms: bound to its session, or to its form cookie."""
    caller = g.get("signed_in")
    if caller is not None:
        return _token_for(caller.token)
    if "form_secret" not in g:
        g.form_secret = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
    return _token_for(g.form_secret)


def is_csrf_token(token: str) -> bool:
    """Whether ``token`` belongs to a cookie that the browser presents."""
    presented = (request.cookies.get(SESSION_COOKIE), request.cookies.get(FORM_COOKIE))
    expected = [_token_for(secret) for secret in presented if secret]
    return any(hmac.compare_digest(each.encode(), token.encode()) for each in expected)


def keep_form_cookie(response: Response) -> Response:
    """After a page with a form for somebody who is not signed in."""
    secret = g.get("form_secret")
    if secret is not None and request.cookies.get(FORM_COOKIE) != secret:
        _set(response, FORM_COOKIE, secret, None)
    return response


def theme() -> str | None:
    """The colours that this browser's user chose; None for those of the system."""
    chosen = request.cookies.get(THEME_COOKIE)
    return chosen if chosen in THEMES else None


def set_theme(response: Response, chosen: str) -> Response:
    """Keep a choice for a year; whatever is none of ``THEMES`` goes back to the system's."""
    if chosen in THEMES:
        return _set(response, THEME_COOKIE, chosen, _YEAR_S)
    return _clear(response, THEME_COOKIE)


def chosen_zone() -> str | None:
    """The time zone that this browser's user chose; it may be none that exists."""
    return request.cookies.get(ZONE_COOKIE) or None


def browser_zone() -> str | None:
    """The time zone that the browser is in; it may be none that exists."""
    return request.cookies.get(BROWSER_ZONE_COOKIE) or None


def set_zone(response: Response, chosen: str | None) -> Response:
    """Keep a choice for a year; None takes it back."""
    if chosen is not None:
        return _set(response, ZONE_COOKIE, chosen, _YEAR_S)
    return _clear(response, ZONE_COOKIE)


def _token_for(secret: str) -> str:
    # A cookie of another site's making may hold anything.
    key = secret.encode("utf-8", "surrogatepass")
    return hmac.new(key, b"truecompute form", sha256).hexdigest()


def _set(response: Response, name: str, value: str, max_age: int | None) -> Response:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=current_app.config["COOKIES_ARE_SECURE"],
    )
    return response


def _clear(response: Response, name: str) -> Response:
    response.delete_cookie(
        name,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=current_app.config["COOKIES_ARE_SECURE"],
    )
    return response
