"""Where somebody wanted to go before they had to sign in."""

from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from entrypoints.http.access import ROUTES


def safe_next(wanted: str | None) -> str | None:
    """``wanted`` when it is the address of a page of ours; anything else is dropped."""
    if not wanted or "\\" in wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return None
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or not _is_page(parts.path):
        return None
    # Put together anew: what browsers would strip (tabs, line breaks) is gone from the parts.
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def after_sign_in() -> str:
    """The target that the form or the address names, else the dashboard."""
    return safe_next(request.values.get("next")) or url_for("pages.dashboard.overview")


def _is_page(path: str) -> bool:
    adapter = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, _ = adapter.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    access = ROUTES.get(endpoint)
    return access is not None and access.is_page
