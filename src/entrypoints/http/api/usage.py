"""Reports: totals, by provider, by model, by any dimension, and single calls."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request

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

    @routes.get("")
    @routes.arguments(UsageQuerySchema, location="query")
    @routes.doc(responses=USAGE_ANSWER)
    def report(query: dict[str, Any]) -> Response:
        """Usage and cost of the caller's organization, in one of four views.

        Filters may be repeated; `tag.<name>` filters by a tag. `group_by` gives rows of a
        dimension in place of the overview's series. Rows are costliest first; `sort` and `order`
        ask for another order, in which unknown figures are last. Of a list that goes on, a CSV
        file names the next part in its `Link` header.
        """
        view = query["view"]
        if query["group_by"] is not None and view != "overview":
            raise Invalid.at("/group_by", "goes with the view 'overview' only")
        if view == "queries":
            document = _queries(run_list_events, query)
        elif view in _ROWS or query["group_by"] is not None:
            document = _groups(run_report_groups, query)
        else:
            document = _overview(run_report_usage, query)
        if query["format"] == "csv":
            return _csv(document, view)
        return jsonify(document)

    return routes


def _csv(document: dict[str, Any], view: str) -> Response:
    rows = document.get("data", document.get("series", []))
    span = Span(*(parse_timestamp(document[name], f"/{name}") for name in ("from", "to")))
    name = report_name(view, span, zone(document["timezone"]))
    response = csv_response(rows, name, blank=_blank_row(view))
    if cursor := document.get("next_cursor"):
        following = urlencode({**request.args.to_dict(flat=False), "cursor": [cursor]}, doseq=True)
        response.headers["Link"] = f'<{request.path}?{following}>; rel="next"'
    return response


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
