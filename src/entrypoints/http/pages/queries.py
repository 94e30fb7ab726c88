"""The list of single calls, and the search for one by a name of it."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request

from application.ports.events import EventPosition
from application.reports.count_single_calls import CountSingleCallsRequest
from application.reports.find_calls import FindCallsRequest, FoundCalls
from application.reports.find_page_before import FindPageBeforeRequest
from application.reports.list_events import EventPage, ListEventsRequest, position_of
from domain.period import Span
from domain.report import EventSort
from entrypoints.container import Container
from entrypoints.http.cursors import read_cursor, write_cursor
from entrypoints.http.pages.filter_form import suggested, values_of
from entrypoints.http.pages.interim import calls_to_wait_for, interim_page, reach_of
from entrypoints.http.pages.live import live_page, seen_already, version_now
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.report_page import (
    Asked,
    Page,
    asked_of,
    is_first,
    known_names,
    report_page,
)
from entrypoints.http.pages.templating import event_path
from entrypoints.http.texts import mark

SORTS = {
    EventSort.TIMESTAMP: mark("Newest"),
    EventSort.COST: mark("Costliest"),
    EventSort.LATENCY: mark("Slowest"),
}
ORDERS = {
    EventSort.TIMESTAMP: mark("Single calls, newest first"),
    EventSort.COST: mark("Single calls, costliest first"),
    EventSort.LATENCY: mark("Single calls, slowest first"),
}
_ROWS = 50
#: What a call that lies outside of the range is shown with.
_AROUND = timedelta(days=1)


def add_pages(pages: Blueprint, container: Container) -> None:
    """``/dashboard/queries``"""
    run_list_events, run_find_calls = container.list_events(), container.find_calls()
    run_find_page_before = container.find_page_before()
    run_list_names, clock = container.list_known_names(), container.clock()
    run_tally_usage, run_has_events = container.tally_usage(), container.has_events()
    run_count_single = container.count_single_calls()

    @pages.get("/queries")
    @report_page
    def queries(address: ReportAddress) -> Page:
        asked = asked_of(address, clock)
        if search := request.args.get("search", "").strip():
            found = run_find_calls(_looked_for(search, asked))
            place = _place_of(found, search, address)
            return redirect(place) if place else _shown(found.span, search=search)
        sort, cursor = _sort(), request.args.get("cursor")
        if before := request.args.get("before"):
            first = read_cursor(before, sort)
            start = run_find_page_before(
                FindPageBeforeRequest(**asked, sort=sort, before=first, limit=_ROWS)
            )
            return redirect(request.path + address.query(("sort", sort), *_cursor(start, sort)))
        after = read_cursor(cursor, sort) if cursor else None
        calls = calls_to_wait_for(run_count_single, CountSingleCallsRequest(**asked, sorts=(sort,)))
        # Before the calls are read: one that comes in between is shown once more, never missed.
        # New ones are seen only where the newest stand on top.
        is_top = sort is EventSort.TIMESTAMP and not cursor
        version = version_now(run_tally_usage, asked, clock) if is_top else None
        if (unchanged := seen_already(version)) is not None:
            return unchanged
        page = run_list_events(
            ListEventsRequest(**asked, sort=sort, after=after, limit=_ROWS, reach=reach_of(calls))
        )
        if calls.looked_through and page.next is None:
            return interim_page("dashboard/queries.html", calls, asked, clock, _head())
        html = _shown(
            page.span,
            version=version,
            events=page.events,
            is_first=not page.events and is_first(run_has_events),
            cursor=cursor,
            next_page=_cursor(page.next, sort),
            page_before=_cursor(_first_of(page, sort) if cursor else None, sort, "before"),
        )
        return live_page(html, version)

    def _shown(span: Span, **found: Any) -> str:
        return render_template(
            "dashboard/queries.html",
            span=span,
            suggested=suggested(values_of(found.get("events", ()))),
            **_head(),
            **found,
        )

    def _head() -> dict[str, Any]:
        return {
            "sort": _sort(),
            "sorts": SORTS,
            "orders": ORDERS,
            "known": known_names(run_list_names),
        }


def _looked_for(name: str, asked: Asked) -> FindCallsRequest:
    return FindCallsRequest(
        organization_id=asked["organization_id"],
        name=name,
        start=asked["start"],
        end=asked["end"],
        timezone=asked["timezone"],
    )


def _place_of(found: FoundCalls, name: str, address: ReportAddress) -> str | None:
    """The page of the call, or the list of all calls of the name in a range that has some."""
    if found.event is None:
        return None
    address = address.without_filters()
    if found.by is None:
        return event_path(found.event.id) + address.query()
    when = found.event.reported.timestamp
    if not found.span.start <= when < found.span.end:
        around = Span(when - _AROUND, when + _AROUND)
        address = address.for_span(around).stacked_by(address.by)
    return request.path + address.with_filter((found.by.value, name)).query(("sort", _sort()))


def _cursor(
    position: EventPosition | None, sort: EventSort, name: str = "cursor"
) -> list[tuple[str, str]]:
    """The pair of an address that leads to another page; none where there is no such page."""
    return [(name, write_cursor(position, sort))] if position else []


def _first_of(page: EventPage, sort: EventSort) -> EventPosition | None:
    return position_of(page.events[0], sort) if page.events else None


def _sort() -> EventSort:
    asked = request.args.get("sort", "")
    return EventSort(asked) if asked in set(EventSort) else EventSort.TIMESTAMP
