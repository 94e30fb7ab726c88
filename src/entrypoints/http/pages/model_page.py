"""One model: what it costs an organization, what it is used for, and its prices through time."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template

from application.ports.events import Reach
from application.reports.count_single_calls import CountSingleCallsRequest
from application.reports.list_first_events import ListFirstEventsRequest
from application.reports.list_prices import ListPricesRequest
from application.reports.report_groups import ReportGroupsRequest
from domain.errors import NotFound
from domain.event import Event
from domain.report import Dimension, EventSort, Measures
from domain.text import has_unstorable
from entrypoints.container import Container
from entrypoints.http.pages.filter_form import suggested, values_of
from entrypoints.http.pages.interim import calls_to_wait_for, interim_page, reach_of
from entrypoints.http.pages.price_sheets import by_circumstance, sheets_of
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.report_page import (
    Asked,
    Page,
    asked_of,
    is_first,
    known_names,
    report_page,
)
from entrypoints.http.pages.sparklines import sparkline
from entrypoints.http.pages.templating import model_path
from entrypoints.http.pages.token_mix import token_mix

#: Of the costliest calls, and of the slowest ones.
_CALLS = 5
_SORTS = (EventSort.COST, EventSort.LATENCY)
_LONGEST_NAME = 256
_BY = (Dimension.PROVIDER, Dimension.MODEL)


def add_pages(pages: Blueprint, container: Container) -> None:
    """``/dashboard/models/<provider>/<model>``"""
    run_report_groups, run_list_first = container.report_groups(), container.list_first_events()
    run_list_prices, run_list_names = container.list_prices(), container.list_known_names()
    clock, run_has_events = container.clock(), container.has_events()
    run_count_single = container.count_single_calls()

    @pages.get("/models/<name:provider>/<last_name:model>")
    @report_page
    def model(address: ReportAddress, provider: str, model: str) -> Page:
        if not _may_be(provider) or not _may_be(model):
            raise NotFound("There is no such model.")
        own = address.with_filter((Dimension.PROVIDER, provider), (Dimension.MODEL, model))
        asked = asked_of(own, clock)
        # Filters by another model would leave nothing to see on this page.
        shared = address.without(*_BY)
        head: dict[str, Any] = {
            "provider": provider,
            "model": model,
            "path": model_path(provider, model),
            "address": shared,
            "known": known_names(run_list_names),
        }
        calls = calls_to_wait_for(run_count_single, _counted(asked))
        if calls.added_up:
            return interim_page("dashboard/model.html", calls, asked, clock, head)
        report = run_report_groups(ReportGroupsRequest(**asked, by=_BY, with_trends=True))
        # The lists end at the same moment, so that all figures agree.
        asked["start"], asked["end"] = report.span.start, report.span.end
        (row,) = report.rows or (None,)
        totals = row.measures if row else Measures()
        sorts = _known_sorts(totals)
        firsts = run_list_first(_of_lists(asked, sorts, reach_of(calls))) if sorts else {}
        if calls.looked_through and _lacks_some(firsts, totals):
            return interim_page("dashboard/model.html", calls, asked, clock, head)
        return render_template(
            "dashboard/model.html",
            own=own,
            span=report.span,
            totals=totals,
            is_first=not totals.calls and is_first(run_has_events),
            trend=sparkline(
                report.trends.get(row.group, ()) if row else (), report.buckets, address.zone
            ),
            mix=token_mix(totals.tokens),
            prices=by_circumstance(
                run_list_prices(ListPricesRequest(provider=provider, model=model))
            ),
            today=clock.now().date(),
            sheets_of=sheets_of,
            calls=firsts,
            suggested=suggested(_other_values(firsts)),
            **head,
        )


def _counted(asked: Asked) -> CountSingleCallsRequest:
    return CountSingleCallsRequest(
        **asked, whole=_BY, over_time=_BY, is_compared=False, sorts=_SORTS
    )


def _known_sorts(totals: Measures) -> list[EventSort]:
    """No call is the costliest, or the slowest, where of none the cost or the latency is known."""
    known = {
        EventSort.COST: totals.cost_usd is not None,
        EventSort.LATENCY: totals.latency_ms.mean is not None,
    }
    return [sort for sort in _SORTS if totals.calls and known[sort]]


def _of_lists(asked: Asked, sorts: Sequence[EventSort], reach: Reach) -> ListFirstEventsRequest:
    return ListFirstEventsRequest(**asked, sorts=sorts, limit=_CALLS, reach=reach)


def _lacks_some(calls: Mapping[EventSort, Collection[Event]], totals: Measures) -> bool:
    """Whether a list is shorter than it may be."""
    return any(len(each) < min(_CALLS, totals.calls) for each in calls.values())


def _other_values(calls: Mapping[EventSort, Iterable[Event]]) -> Iterator[tuple[str, str | None]]:
    shown = values_of(event for events in calls.values() for event in events)
    return (pair for pair in shown if pair[0] not in _BY)


def _may_be(name: str) -> bool:
    """Whether an event could have this name."""
    return len(name) <= _LONGEST_NAME and not has_unstorable(name)
