"""The tables by provider and by model."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request

from application.reports.count_single_calls import CountSingleCallsRequest
from application.reports.report_groups import GroupReport, ReportGroupsRequest
from domain.report import Dimension, GroupBy, GroupRow
from domain.row_order import RowSort
from entrypoints.container import Container
from entrypoints.http.pages.columns import COLUMNS, Column, RowOrder
from entrypoints.http.pages.filter_form import suggested
from entrypoints.http.pages.interim import calls_to_wait_for, interim_page
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.report_page import (
    Asked,
    Page,
    asked_of,
    is_first,
    known_names,
    report_page,
)
from entrypoints.http.pages.sparklines import Sparkline, sparkline
from entrypoints.http.texts import gettext, mark

_PROVIDERS: GroupBy = (Dimension.PROVIDER,)
_MODELS: GroupBy = (Dimension.PROVIDER, Dimension.MODEL)
_TITLES = {_PROVIDERS: mark("Providers"), _MODELS: mark("Models")}
_HEADS = {_PROVIDERS: mark("Provider"), _MODELS: mark("Model")}


def add_pages(pages: Blueprint, container: Container) -> None:
    """``/dashboard/providers`` and ``/dashboard/models``."""
    run_report_groups, run_list_names = container.report_groups(), container.list_known_names()
    clock, run_has_events = container.clock(), container.has_events()
    run_count_single = container.count_single_calls()

    @pages.get("/providers")
    @report_page
    def providers(address: ReportAddress) -> Page:
        return _table(address, _PROVIDERS)

    @pages.get("/models")
    @report_page
    def models(address: ReportAddress) -> Page:
        return _table(address, _MODELS)

    def _table(address: ReportAddress, by: GroupBy) -> Page:
        order, names = RowOrder.read(request.args), [str(each) for each in by]
        asked = asked_of(address, clock)
        head: dict[str, Any] = {
            "names": names,
            "title": gettext(_TITLES[by]),
            "columns": (Column(RowSort.NAME, _HEADS[by]), *COLUMNS),
            "order": order,
            "known": known_names(run_list_names),
        }
        calls = calls_to_wait_for(run_count_single, _counted(asked, by))
        if calls.added_up:
            return interim_page("dashboard/breakdown.html", calls, asked, clock, head)
        report = run_report_groups(
            ReportGroupsRequest(
                **asked, by=by, sort=order.sort, order=order.order, with_trends=True
            )
        )
        return render_template(
            "dashboard/breakdown.html",
            span=report.span,
            report=report,
            is_first=not report.rows and is_first(run_has_events),
            top=max((row.measures.cost_usd or Decimal(0) for row in report.rows), default=None),
            trends=_trends(report, address),
            suggested=suggested(
                pair for row in report.rows for pair in zip(names, row.group, strict=True)
            ),
            **head,
        )


def _counted(asked: Asked, by: GroupBy) -> CountSingleCallsRequest:
    return CountSingleCallsRequest(**asked, whole=by, over_time=by, is_compared=False)


def _trends(report: GroupReport, address: ReportAddress) -> Sequence[tuple[GroupRow, Sparkline]]:
    """Each row with its cost over time."""
    return [
        (row, sparkline(report.trends.get(row.group, ()), report.buckets, address.zone))
        for row in report.rows
    ]
