"""The reader's time zone: the address's, else what was chosen in this browser, else the browser's.

Browsers do not say their zone by themselves; ``zone.js`` puts it into a cookie. Without a script,
and without a choice, it is UTC.
"""

from zoneinfo import ZoneInfo

from flask import make_response, redirect, request
from werkzeug import Response

from domain.errors import Invalid
from domain.period import zone
from entrypoints.http.cookies import browser_zone, chosen_zone, set_zone
from entrypoints.http.pages.report_address import ReportAddress, query_of
from entrypoints.http.texts import gettext

#: In the form of a range: the zone that was shown when it was filled in.
BEFORE = "tz_before"


def viewer_zone() -> ZoneInfo:
    """UTC where the address names none that exists."""
    return _known(request.args.get("tz") or own_zone() or "") or zone("UTC")


def own_zone() -> str | None:
    """What holds where the address names none; None where nothing is known of the reader."""
    return next((name for name in (chosen_zone(), browser_zone()) if name and _known(name)), None)


def report_address() -> ReportAddress:
    """What this request's address asks for.

    With a zone of the reader's own all its links name theirs, so that they show everybody the same.
    """
    return ReportAddress.read(request.args, own_zone())


def zone_query() -> str:
    """The query string that takes the zone along to pages that are no reports."""
    name = viewer_zone().key
    return query_of([("tz", name)] if name != "UTC" or own_zone() else [])


def zone_is_unknown() -> bool:
    """Whether the page is in UTC only because the browser has not said its zone yet."""
    return request.method == "GET" and not (request.args.get("tz") or own_zone() or browser_zone())


def zone_reason() -> str:
    """Why times are in this zone, for people."""
    shown, own = viewer_zone().key, own_zone()
    if own is None and request.args.get("tz"):
        return gettext("As the address says. Another choice is remembered in this browser.")
    if own is None:
        return gettext("UTC, as this browser has not said its zone. A choice is remembered.")
    if shown != own:
        return gettext("As the address says. Yours is %(zone)s.", zone=own.replace("_", " "))
    if own == chosen_zone():
        return gettext("Your choice, remembered in this browser.")
    return gettext("This browser's zone. Another choice is remembered.")


def choice_made() -> Response | None:
    """The answer to the form of a range: its address without what the form adds, and the choice.

    Another zone than before is a choice; the browser's own is what holds without one. None for
    every other request. A link on another site chooses nothing.
    """
    if BEFORE not in request.args:
        return None
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] != BEFORE]
    # Only the query string: the path stays as it is written, whatever is escaped in it.
    answer = make_response(redirect(query_of(pairs or [("tz", viewer_zone().key)]), code=303))
    name = request.args.get("tz", "")
    is_choice = name != request.args[BEFORE] and _known(name) is not None
    if is_choice and _is_from_here():
        set_zone(answer, None if name == browser_zone() else name)
    return answer


def _is_from_here() -> bool:
    """Whether a page of ours led here; without TLS, browsers leave out the first header."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else (request.referrer or "").startswith(request.host_url)


def _known(name: str) -> ZoneInfo | None:
    try:
        return zone(name)
    except Invalid:
        return None
