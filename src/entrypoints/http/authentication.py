"""Who is calling, found before a view runs and checked against the table of routes."""

from flask import Flask, g, redirect, request, url_for
from werkzeug.exceptions import NotFound as RouteNotFound
from werkzeug.wrappers import Response

from application.accounts.authenticate_session import (
    AuthenticateSession,
    AuthenticateSessionRequest,
    SignedIn,
)
from application.keys.authenticate_key import AuthenticateKey, AuthenticateKeyRequest
from domain.api_key import ApiKey
from domain.errors import Forbidden, Unauthenticated
from domain.organization import Member, Organization
from entrypoints.http.access import ROUTES, Access, Who
from entrypoints.http.cookies import session_token
from entrypoints.http.cross_site import check_form_token, refuse_cross_site


class Authentication:
    """Puts ``signed_in`` or ``api_key`` into Flask's ``g``, or refuses the request.

    - Routes for API keys ignore cookies, and routes for sessions ignore keys. Where either will
      do, a request with an ``Authorization`` header is judged by that alone.
    - Open pages look at the session too, so that they can greet whoever has one.
    """

    def __init__(
        self, sessions: AuthenticateSession, keys: AuthenticateKey, *, app_url: str
    ) -> None:
        self._sessions = sessions
        self._keys = keys
        self._app_url = app_url

    def install(self, app: Flask) -> None:
        app.before_request(self._before_request)

    def _before_request(self) -> Response | None:
        if request.endpoint is None:
            return None  # no such route, or not by this method: Flask answers
        access = ROUTES.get(request.endpoint)
        if access is None:
            raise RouteNotFound
        if access.takes_key and (access.who is Who.KEY or "Authorization" in request.headers):
            self._require_key(access)
            return None
        refuse_cross_site(self._app_url)
        if access.is_page:
            return self._page(access)
        self._require_session(access)
        return None

    def _require_key(self, access: Access) -> None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or access.scope is None:
            raise Unauthenticated(
                "Present an API key as 'Authorization: Bearer tc_live_...'.",
                code="invalid_api_key",
            )
        asked = AuthenticateKeyRequest(secret=secret.strip(), scope=access.scope)
        g.api_key = self._keys(asked)

    def _require_session(self, access: Access) -> None:
        if not access.takes_session:
            return
        g.signed_in = signed_in = self._signed_in()
        if access.who is not Who.USER:
            _check_role(access, _member_of(signed_in))

    def _page(self, access: Access) -> Response | None:
        check_form_token()
        try:
            g.signed_in = signed_in = self._signed_in()
        except Unauthenticated:
            return _to_sign_in() if access.takes_session else None
        if access.who in (Who.ANYONE, Who.USER):
            return None
        if signed_in.member is None:
            return redirect(url_for("pages.accounts.onboarding"))
        _check_role(access, signed_in.member)
        return None

    def _signed_in(self) -> SignedIn:
        token = session_token()
        if token is None:
            raise Unauthenticated("Sign in first.")
        return self._sessions(AuthenticateSessionRequest(token=token))


def _to_sign_in() -> Response:
    """The sign-in page, which leads back to the page that was asked for."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("pages.accounts.login", next=wanted))


def current_user() -> SignedIn:
    """The person behind this request, on a route that takes sessions."""
    signed_in: SignedIn = g.signed_in
    return signed_in


def visitor() -> SignedIn | None:
    """The person behind this request to an open page, if they are signed in."""
    signed_in: SignedIn | None = g.get("signed_in")
    return signed_in


def current_member() -> Member:
    """The caller's membership, on a route for members or managers."""
    return _member_of(current_user())


def current_organization() -> Organization:
    """The caller's organization, on a page for members."""
    organization = current_user().organization
    assert organization is not None, "the table of routes asks for a member here"  # noqa: S101
    return organization


def current_key() -> ApiKey:
    """The key behind this request, on a route that takes only keys."""
    key: ApiKey = g.api_key
    return key


def current_organization_id() -> str:
    """The caller's organization, whichever way the caller presented itself."""
    key: ApiKey | None = g.get("api_key")
    return key.organization_id if key else current_member().organization_id


def _member_of(signed_in: SignedIn) -> Member:
    if signed_in.member is None:
        raise Forbidden("Create an organization first.", code="not_onboarded")
    return signed_in.member


def _check_role(access: Access, member: Member) -> None:
    if access.who is Who.MANAGER and not member.role.may_manage:
        raise Forbidden("Only an owner or admin may do this.", code="role_required")
