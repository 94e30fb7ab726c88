"""Light or dark: chosen by a form, kept in a cookie, so that a page arrives in its colours."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask import make_response as answer
from werkzeug.wrappers import Response

from entrypoints.container import Container
from entrypoints.http.cookies import set_theme
from entrypoints.http.pages.forms import text
from entrypoints.http.pages.next_page import after_sign_in, safe_next
from entrypoints.http.pages.report_address import AT_ONCE

#: What was done is said once, and whoever comes back waits as before.
_PASSING = ("notice", AT_ONCE)


def theme_pages(container: Container) -> Blueprint:  # noqa: ARG001 - as all pages are made
    """``pages.theme.*``"""
    pages = Blueprint("theme", __name__)

    @pages.post("/theme")
    def choose() -> Response:
        return set_theme(answer(redirect(after_sign_in(), code=303)), text("theme"))

    return pages


def this_page() -> str | None:
    """The address to come back to; of what answers a form, the nearest page at or above it.

    None where there is no such page. Templates that show a secret set it to None themselves.
    """
    if request.method != "GET":
        return _nearest_page(request.path)
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] not in _PASSING]
    path = request.full_path.partition("?")[0]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _nearest_page(path: str) -> str | None:
    while path and safe_next(path) is None:
        path = path.rpartition("/")[0]
    return path or None
