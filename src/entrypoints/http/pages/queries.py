"""Single calls: the list of them, and one with its cost explained."""

from collections.abc import Iterable
from typing import Any

import msgspec
from flask import Blueprint, render_template, request

from application.keys.list_keys import ListKeysRequest
from application.reports.explain_event import ExplainEventRequest
from application.reports.list_events import ListEventsRequest
from domain.api_key import ApiKey
from domain.event import Event
from domain.report import EventSort
from entrypoints.container import Container
from entrypoints.http.authentication import current_organization
from entrypoints.http.cursors import read_cursor, write_cursor
from entrypoints.http.pages.report_address import TAG, Filter, ReportAddress
from entrypoints.http.pages.report_page import Page, asked_of, key_names, report_page
from entrypoints.http.schemas.events import notes_of

SORTS = {
    EventSort.TIMESTAMP: "Newest",
    EventSort.COST: "Costliest",
    EventSort.LATENCY: "Slowest",
}
_ROWS = 50
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def add_pages(pages: Blueprint, container: Container) -> None:
    """``/dashboard/queries`` and the page of one event."""
    run_list_events, run_explain_event = container.list_events(), container.explain_event()
    run_list_keys, clock = container.list_keys(), container.clock()

    @pages.get("/queries")
    @report_page
    def queries(address: ReportAddress) -> Page:
        sort = _sort()
        cursor = request.args.get("cursor")
        found = run_list_events(
            ListEventsRequest(
                **asked_of(address, clock),
                sort=sort,
                after=read_cursor(cursor, sort) if cursor else None,
                limit=_ROWS,
            )
        )
        return render_template(
            "dashboard/queries.html",
            span=found.span,
            events=found.events,
            sort=sort,
            sorts=SORTS,
            is_first_page=not cursor,
            next_cursor=write_cursor(found.next, sort) if found.next else None,
            key_names=key_names(run_list_keys),
            **_filter_form(address),
        )

    @pages.get("/queries/<event_id:event_id>")
    def query(event_id: str) -> str:
        organization_id = current_organization().id
        explained = run_explain_event(
            ExplainEventRequest(organization_id=organization_id, event_id=event_id)
        )
        event = explained.event
        keys = run_list_keys(ListKeysRequest(organization_id=organization_id, limit=500))
        return render_template(
            "dashboard/query.html",
            event=event,
            reported=event.reported,
            explanation=explained.explanation,
            also_reported_as=explained.also_reported_as,
            price=event.cost.quote,
            notes=notes_of(event),
            provider_usage=_readable(event),
            key=_key_of(event, keys),
        )


def _filter_form(address: ReportAddress) -> dict[str, Any]:
    """What the fields of the filters begin with, and the filters that have no field."""
    first: dict[str, str] = {}
    kept: list[Filter] = []
    for name, value in address.filters:
        if name in first or name.startswith(TAG):
            kept.append((name, value))
        else:
            first[name] = value
    return {"first_values": first, "kept_filters": kept}


def _sort() -> EventSort:
    asked = request.args.get("sort", "")
    return EventSort(asked) if asked in set(EventSort) else EventSort.TIMESTAMP


def _readable(event: Event) -> str | None:
    """The provider's own usage object, indented, its numbers as they were sent."""
    original = event.reported.provider_usage
    if original is None:
        return None
    return msgspec.json.format(_ENCODER.encode(original), indent=2).decode()


def _key_of(event: Event, keys: Iterable[ApiKey]) -> ApiKey | None:
    return next((key for key in keys if key.id == event.api_key_id), None)
