"""What every template may use: who is looking, the form token, addresses, formats."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, url_for

from application.ports.clock import Clock
from domain.period import zone
from entrypoints.http.authentication import visitor
from entrypoints.http.converters import escaped
from entrypoints.http.cookies import csrf_token, theme
from entrypoints.http.file_names import report_name
from entrypoints.http.pages import change_words, formats, vocabulary
from entrypoints.http.pages.amounts import amount_cells, is_unknown, money, seen_and_heard
from entrypoints.http.pages.budget_bar import budget_bar
from entrypoints.http.pages.counts import plural
from entrypoints.http.pages.drawn_bars import drawn_bar, drawn_stack
from entrypoints.http.pages.filter_form import FIELDS
from entrypoints.http.pages.named_ranges import RANGE_LABELS
from entrypoints.http.pages.notes import note_words
from entrypoints.http.pages.notices import notice
from entrypoints.http.pages.provider_looks import PATTERNS, look_of
from entrypoints.http.pages.report_address import PRESETS, query_of
from entrypoints.http.pages.report_bounds import date_fields, is_date
from entrypoints.http.pages.theme import this_page
from entrypoints.http.pages.time_zones import is_other_zone, zones_by_region
from entrypoints.http.pages.viewer_zone import (
    report_address,
    viewer_zone,
    zone_is_unknown,
    zone_query,
    zone_reason,
)
from entrypoints.http.schemas.lists import MOST_ROWS
from entrypoints.http.texts import translated
from entrypoints.settings import Settings

_FILTERS = (
    change_words.cause_words,
    change_words.effects,
    change_words.signed_usd,
    formats.day,
    formats.days,
    formats.days_or_moments,
    formats.duration,
    formats.exactly,
    formats.share_of_hundred,
    formats.last_day,
    formats.moment,
    formats.number,
    formats.percent,
    formats.short,
    formats.token_breakdown,
    formats.usd,
    formats.usd_short,
    note_words,
    translated,
    vocabulary.capital,
    vocabulary.filter_words,
    vocabulary.heading,
    vocabulary.words,
)


def install(pages: Blueprint, settings: Settings, clock: Clock) -> None:
    """Register filters and globals for all templates, those of the error page among them."""
    for write in _FILTERS:
        pages.add_app_template_filter(write)
    for function in _GLOBALS:
        pages.add_app_template_global(function)
    pages.add_app_template_global(zip, "zip")
    pages.add_app_template_global(lambda: PRESETS, "presets")
    pages.add_app_template_global(lambda: MOST_ROWS, "most_in_a_file")
    pages.add_app_template_global(lambda: FIELDS, "filter_fields")
    pages.add_app_template_filter(look_of, "look")
    pages.add_app_template_global(lambda look: PATTERNS[look.pattern], "look_path")
    pages.add_app_template_global(lambda: RANGE_LABELS, "named_ranges")
    pages.app_context_processor(_context(settings, clock))


def event_path(event_id: str) -> str:
    """The page of an event; its id may hold what browsers would resolve, ``a/../b`` say."""
    return f"{url_for('pages.dashboard.queries')}/{quote(event_id, safe='')}"


def event_file_path(event_id: str) -> str:
    """The same of the API, where the whole event is."""
    return f"{url_for('events.ingest')}/{quote(event_id, safe='')}"


def model_path(provider: str, model: str) -> str:
    """The page of a model; both names may hold what browsers would resolve."""
    names = f"{escaped(provider, is_last=False)}/{escaped(model, is_last=True)}"
    return f"{url_for('pages.dashboard.models')}/{names}"


_GLOBALS = (
    amount_cells,
    budget_bar,
    csrf_token,
    date_fields,
    drawn_bar,
    drawn_stack,
    event_file_path,
    event_path,
    plural,
    is_date,
    is_other_zone,
    is_unknown,
    model_path,
    money,
    query_of,
    report_name,
    seen_and_heard,
    zone,
    zone_is_unknown,
    zone_query,
    zone_reason,
    zones_by_region,
)


#: What templates make.
_KINDS = ("html", "svg")


def compile_templates(app: Flask) -> None:
    """Compile every template before requests come, in half a second and more.

    The first page that a server was asked for took 200 ms longer for its own.
    """
    # Not what an editor or a merge has left beside them.
    for name in app.jinja_env.list_templates(extensions=_KINDS):
        app.jinja_env.get_template(name)


def _context(settings: Settings, clock: Clock) -> Callable[[], dict[str, Any]]:
    def context() -> dict[str, Any]:
        return {
            "viewer": visitor(),
            "viewer_tz": viewer_zone(),
            "now": clock.now(),
            "notice": notice(),
            "theme": theme(),
            "this_page": this_page(),
            "address": report_address(),
            "signup_is_open": settings.signup_is_open,
        }

    return context
