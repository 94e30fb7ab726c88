"""Reports: totals, by provider, by model, by any dimension, and single calls."""

from collections.abc import Iterable
from typing import Any

from flask import Response, jsonify

from application.reports.list_events import EventPage, ListEvents, ListEventsRequest
from application.reports.report_groups import GroupReport, ReportGroups, ReportGroupsRequest
from application.reports.report_usage import ReportUsage, ReportUsageRequest
from domain.errors import Invalid
from domain.period import Span, zone
from domain.report import (
    Dimension,
    EventFilter,
    EventSort,
    GroupBy,
    GroupRow,
    Measures,
    TagDimension,
)
from domain.row_order import RowSort
from domain.timestamps import parse_timestamp
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.usage_series import BLANK_ROWS, changes_document, series_document
from entrypoints.http.authentication import current_organization_id
from entrypoints.http.csv_table import csv_response
from entrypoints.http.cursors import read_cursor, write_cursor
from entrypoints.http.file_names import report_name
from entrypoints.http.openapi import USAGE_ANSWER
from entrypoints.http.schemas.events import EventSchema
from entrypoints.http.schemas.usage import (
    GroupRowSchema,
    ModelRowSchema,
    OverviewSchema,
    ProviderRowSchema,
    QueriesSchema,
    ReportSchema,
    UsageQuerySchema,
    read_group_by,
    read_sort,
)

_ROWS: dict[str, tuple[GroupBy, type[ProviderRowSchema]]] = {
    "providers": ((Dimension.PROVIDER,), ProviderRowSchema),
    "models": ((Dimension.PROVIDER, Dimension.MODEL), ModelRowSchema),
}


def blueprint(container: Container) -> Routes:
    routes = Routes("usage", __name__, url_prefix="/api/v1/usage", description="Usage")
    run_report_usage = container.report_usage()
    run_report_groups, run_list_events = container.report_groups(), container.list_events()
    run_report_series, run_compare_costs = container.report_series(), container.compare_costs()

    @routes.get("")
    @routes.arguments(UsageQuerySchema, location="query")
    @routes.doc(responses=USAGE_ANSWER)
    def report(query: dict[str, Any]) -> Response:
        """Usage and cost of the caller's organization, in one of six views.

        Filters may be repeated; `tag.<name>` filters by a tag. `group_by` gives rows of a
        dimension in place of the overview's series. `series` takes cost over time apart: by
        `provider` unless `group_by` names `model` or any of its other values. `changes` compares
        the models with as much time just before. Rows are costliest first; `sort` and `order`
        ask for another order, in which unknown figures are last. Of a list that goes on, a CSV
        file names the next part in its `Link` header.
        """
        document = _document(query)
        if query["format"] == "csv":
            return _csv(document, query["view"])
        return jsonify(document)

    def _document(query: dict[str, Any]) -> dict[str, Any]:
        view, group_by = query["view"], query["group_by"]
        if group_by is not None and view not in ("overview", "series"):
            raise Invalid.at("/group_by", "goes with the views 'overview' and 'series' only")
        if view == "queries":
            return _queries(run_list_events, query)
        if view == "series":
            asked = {**_range(query), "interval": query["interval"]}
            return series_document(run_report_series, asked, group_by)
        if view == "changes":
            return changes_document(run_compare_costs, _range(query))
        if view in _ROWS or group_by is not None:
            return _groups(run_report_groups, query)
        return _overview(run_report_usage, query)

    return routes


def _csv(document: dict[str, Any], view: str) -> Response:
    rows = document.get("data", document.get("series", []))
    span = Span(*(parse_timestamp(document[name], f"/{name}") for name in ("from", "to")))
    name = report_name(view, span, zone(document["timezone"]))
    following = document.get("next_cursor")
    return csv_response(rows, name, blank=_blank_row(view), next_cursor=following)


def _range(query: dict[str, Any]) -> dict[str, Any]:
    found: EventFilter = query["filter"]
    return {
        "organization_id": current_organization_id(),
        "start": query["from_"],
        "end": query["to"],
        "timezone": query["tz"],
        "filter": found,
    }


def _overview(run: ReportUsage, query: dict[str, Any]) -> dict[str, Any]:
    found = run(ReportUsageRequest(**_range(query), interval=query["interval"]))
    fields = ("span", "timezone", "interval", "totals", "previous", "series")
    shown = {"view": "overview", **{name: getattr(found, name) for name in fields}}
    document: dict[str, Any] = OverviewSchema().dump(shown)
    return document


def _groups(run: ReportGroups, query: dict[str, Any]) -> dict[str, Any]:
    view = query["view"]
    by: GroupBy
    asked = {
        **_range(query),
        "sort": read_sort(query["sort"], RowSort, RowSort.COST),
        "order": query["order"],
    }
    if view in _ROWS:
        by, schema = _ROWS[view]
        rows = run(ReportGroupsRequest(**asked, by=by))
        return _heading(view, rows) | {"data": list(_named_rows(rows, by, schema))}
    dimension: Dimension | TagDimension = read_group_by(query["group_by"])
    rows = run(ReportGroupsRequest(**asked, by=(dimension,)))
    return _heading(view, rows) | {"data": [_group_row(rows, row) for row in rows.rows]}


def _named_rows(
    report: GroupReport, by: GroupBy, schema: type[ProviderRowSchema]
) -> Iterable[dict[str, Any]]:
    for row in report.rows:
        names = {str(each): value for each, value in zip(by, row.group, strict=True)}
        measures: dict[str, Any] = schema().dump(row.measures)
        yield names | measures | {"share": report.share_of(row)}


def _group_row(report: GroupReport, row: GroupRow) -> dict[str, Any]:
    measures: dict[str, Any] = GroupRowSchema().dump(row.measures)
    named = {"group": row.group[0], "overflow": row.is_overflow}
    return named | measures | {"share": report.share_of(row)}


def _blank_row(view: str) -> dict[str, Any]:
    """A row without values, for the names of its columns."""
    if view == "queries":
        return dict.fromkeys(EventSchema().fields)
    if view in BLANK_ROWS:
        return BLANK_ROWS[view]
    by, schema = _ROWS.get(view, ((), GroupRowSchema))
    names = dict.fromkeys([str(each) for each in by] or ["group", "overflow"])
    measures: dict[str, Any] = schema().dump(Measures())
    return names | measures | {"share": None}


def _queries(run: ListEvents, query: dict[str, Any]) -> dict[str, Any]:
    sort = read_sort(query["sort"], EventSort, EventSort.TIMESTAMP)
    if query["order"] is not None:
        raise Invalid.at("/order", "goes with rows only; single calls have one order each")
    after = read_cursor(query["cursor"], sort) if query["cursor"] else None
    page = run(ListEventsRequest(**_range(query), sort=sort, after=after, limit=query["limit"]))
    shown = {
        "data": page.events,
        "next_cursor": write_cursor(page.next, sort) if page.next else None,
    }
    rows: dict[str, Any] = QueriesSchema(only=("data", "next_cursor")).dump(shown)
    return _heading("queries", page) | rows


def _heading(view: str, found: GroupReport | EventPage) -> dict[str, Any]:
    shown = {"view": view, "span": found.span, "timezone": found.timezone}
    document: dict[str, Any] = ReportSchema().dump(shown)
    return document
