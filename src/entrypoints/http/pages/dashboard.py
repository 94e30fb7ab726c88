"""The reports as pages: the overview, and what is a click away from it."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request

from application.budgets.list_budgets_in_danger import ListBudgetsInDangerRequest
from application.ports.clock import Clock
from application.reports.compare_costs import MODELS
from application.reports.count_single_calls import CountSingleCallsRequest
from application.reports.report_overview import Overview, ReportOverviewRequest
from domain.known_names import KnownNames
from entrypoints.container import Container
from entrypoints.http.authentication import current_organization
from entrypoints.http.pages import breakdowns, calls, chart_image, model_page, queries
from entrypoints.http.pages.charts import bar_chart
from entrypoints.http.pages.comparing import time_before
from entrypoints.http.pages.filter_form import suggested
from entrypoints.http.pages.formats import change
from entrypoints.http.pages.interim import calls_to_wait_for, interim_page
from entrypoints.http.pages.live import ends_now, live_page, seen_already, version_now, version_of
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.report_page import (
    Asked,
    Page,
    asked_of,
    is_first,
    known_names,
    report_page,
)
from entrypoints.http.pages.snippets import reachable_url, ways
from entrypoints.http.pages.stacked_chart import StackedChart, stacked_chart
from entrypoints.http.pages.stacking import STACKS

_TOP_ROWS = 5
_TOP_BUDGETS = 3


def dashboard_pages(container: Container) -> Blueprint:
    """``pages.dashboard.*``"""
    pages = Blueprint("dashboard", __name__, url_prefix="/dashboard")
    run_has_events, run_list_in_danger = container.has_events(), container.list_budgets_in_danger()
    run_report_overview = container.report_overview()
    run_list_names, clock = container.list_known_names(), container.clock()
    run_count_single = container.count_single_calls()
    run_tally_usage = container.tally_usage()
    app_url = container.settings().app_url
    for part in (breakdowns, model_page, queries, calls, chart_image):
        part.add_pages(pages, container)

    @pages.get("")
    @report_page
    def overview(address: ReportAddress) -> Page:
        asked = asked_of(address, clock)
        # The totals tell the version, too; only a script is to be told without them.
        version = version_now(run_tally_usage, asked, clock) if request.if_none_match else None
        if (unchanged := seen_already(version)) is not None:
            return unchanged
        is_live = ends_now(asked, clock)
        calls = calls_to_wait_for(run_count_single, _counted(address, asked, clock))
        if calls.added_up:
            head = {"known": known_names(run_list_names), "room_for_live": is_live}
            return interim_page("dashboard/overview.html", calls, asked, clock, head)
        found = run_report_overview(_overview_of(address, asked, clock))
        # Where nothing is shown, there is nothing to choose: one question less beside this one.
        is_bare = not (found.totals.calls or address.filters)
        if is_bare and is_first(run_has_events):
            return _waiting_page(app_url)
        version = version_of(found.totals.tally) if is_live else None
        page = render_template(
            "dashboard/overview.html",
            version=version,
            **_shown(found, address, KnownNames() if is_bare else known_names(run_list_names)),
            budgets=run_list_in_danger(_of_all_budgets()),
            top_budgets=_TOP_BUDGETS,
        )
        return live_page(page, version)

    @pages.get("/arrival")
    def arrival() -> Response:
        """204 until the first event has arrived, then 200: what the waiting page asks."""
        return Response(status=204 if is_first(run_has_events) else 200)

    return pages


def _overview_of(address: ReportAddress, asked: Asked, clock: Clock) -> ReportOverviewRequest:
    return ReportOverviewRequest(
        **asked,
        by=address.group_by,
        is_compared=address.is_compared,
        before=address.before(clock.now()),
    )


def _counted(address: ReportAddress, asked: Asked, clock: Clock) -> CountSingleCallsRequest:
    return CountSingleCallsRequest(
        **asked,
        whole=MODELS,
        over_time=address.group_by,
        is_compared=address.is_compared,
        before=address.before(clock.now()),
    )


def _of_all_budgets() -> ListBudgetsInDangerRequest:
    return ListBudgetsInDangerRequest(organization_id=current_organization().id)


def _shown(found: Overview, address: ReportAddress, known: KnownNames) -> dict[str, Any]:
    """What the overview's template takes of a report."""
    chart = bar_chart(found.series, found.interval, address.zone)
    by, past = address.group_by, found.past
    stacked = stacked_chart(chart, found.groups, by, known.keys) if by else None
    return {
        "found": found,
        "span": found.span,
        "totals": found.totals,
        "past": past,
        "change": change(found.totals.cost_usd, past.totals.cost_usd) if past else None,
        "time_before": time_before(address, is_running=found.so_far != found.span),
        "chart": chart,
        "stacks": STACKS,
        "stacked": stacked,
        "top_rows": _TOP_ROWS,
        "known": known,
        "suggested": suggested(_shown_values(found, stacked)),
    }


def _shown_values(
    found: Overview, stacked: StackedChart | None
) -> Iterator[tuple[str, str | None]]:
    for series in stacked.series if stacked else ():
        yield from series.filters or ()
    for row in found.models.rows:
        yield from zip(MODELS, row.group, strict=True)


def _waiting_page(app_url: str) -> str:
    url = reachable_url(app_url, request.host_url)
    return render_template("dashboard/waiting.html", ways=ways(url))
