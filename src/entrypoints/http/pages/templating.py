"""What every template may use: who is looking, the form token, addresses of assets, formats."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import current_app, request, url_for

from domain.errors import Invalid
from domain.period import zone
from entrypoints.http.authentication import visitor
from entrypoints.http.cookies import csrf_token
from entrypoints.http.pages import formats
from entrypoints.http.pages.notes import note_words
from entrypoints.http.pages.notices import notice
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.time_zones import zones_by_region
from entrypoints.settings import Settings

_FORMATS = (
    formats.usd,
    formats.usd_short,
    formats.exactly,
    formats.number,
    formats.short,
    formats.percent,
    formats.duration,
    formats.moment,
    formats.day,
    formats.words,
    formats.token_breakdown,
    note_words,
)


def template_filters() -> dict[str, Callable[..., str]]:
    """The formats by their own names."""
    return {write.__name__: write for write in _FORMATS}


def template_context(settings: Settings) -> Callable[[], dict[str, Any]]:
    """A context processor."""
    versions: dict[str, str] = {}

    def asset(name: str) -> str:
        """A static file's address, which changes with its content."""
        if name not in versions:
            content = Path(current_app.static_folder or "", name).read_bytes()
            versions[name] = sha256(content).hexdigest()[:12]
        return url_for("static", filename=name, v=versions[name])

    def context() -> dict[str, Any]:
        return {
            "viewer": visitor(),
            "viewer_tz": viewer_zone(),
            "csrf_token": csrf_token,
            "asset": asset,
            "notice": notice(),
            "address": ReportAddress.read(request.args),
            "event_path": event_path,
            "zones_by_region": zones_by_region,
            "plural": formats.plural,
            "signup_is_open": settings.signup_is_open,
        }

    return context


def viewer_zone() -> ZoneInfo:
    """The time zone of the address, UTC where it names none that exists."""
    try:
        return zone(request.args.get("tz") or "UTC")
    except Invalid:
        return zone("UTC")


def event_path(event_id: str) -> str:
    """The page of an event; its id may hold what browsers would resolve, ``a/../b`` say."""
    return f"{url_for('pages.dashboard.queries')}/{quote(event_id, safe='')}"
