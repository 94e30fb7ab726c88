"""Requests that another site made a browser send are refused."""

from urllib.parse import urlsplit

from flask import request

from domain.errors import Forbidden
from entrypoints.http.cookies import is_csrf_token

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_cross_site(app_url: str) -> None:
    """Look at what browsers say about a request's origin, and cannot be made to leave out.

    A request with neither ``Sec-Fetch-Site`` nor ``Origin`` comes from no browser and passes.

    Raises:
        Forbidden: ``cross_site_request``.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise _refused()
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() not in (_origin(app_url), _origin(request.host_url)):
        raise _refused()


def check_form_token() -> None:
    """Raises ``Forbidden`` when an unsafe request to a page lacks its form's token."""
    if request.method in _SAFE_METHODS:
        return
    if not is_csrf_token(request.form.get("csrf_token", "")):
        raise Forbidden(
            "This form has expired. Go back, reload the page and try again.", code="csrf_token"
        )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _refused() -> Forbidden:
    return Forbidden("Another site sent this request.", code="cross_site_request")
