"""The overview's chart as a file of its own: an SVG that needs no page and no style sheet."""

import re

from flask import Blueprint, Response, render_template

from application.reports.report_usage import ReportUsageRequest
from entrypoints.container import Container
from entrypoints.http.file_names import file_word, report_name
from entrypoints.http.pages.charts import bar_chart
from entrypoints.http.pages.light_colours import light_colours
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.report_page import Page, asked_of, chip_names, report_page
from entrypoints.http.pages.stacked_chart import stacked_as_asked

#: What senders may write and no XML document may hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add_pages(pages: Blueprint, container: Container) -> None:
    """``/dashboard/chart.svg``, which takes the overview's address."""
    run_report_usage, run_report_series = container.report_usage(), container.report_series()
    run_list_keys, clock = container.list_keys(), container.clock()

    @pages.get("/chart.svg")
    @report_page
    def chart_image(address: ReportAddress) -> Page:
        asked = asked_of(address, clock)
        found = run_report_usage(ReportUsageRequest(**asked))
        asked["start"], asked["end"] = found.span.start, found.span.end
        key_names = chip_names(address, run_list_keys)["key_names"]
        chart = bar_chart(found.series, found.interval, address.zone)
        drawing = render_template(
            "dashboard/chart.svg",
            span=found.span,
            interval=found.interval,
            totals=found.totals,
            chart=chart,
            stacked=stacked_as_asked(run_report_series, address, asked, chart, key_names),
            key_names=key_names,
            light=light_colours(),
        )
        view = f"cost-by-{file_word(address.by)}" if address.group_by else "cost"
        return _file(drawing, report_name(view, found.span, address.zone))


def _file(drawing: str, name: str) -> Response:
    text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", drawing)
    response = Response(text, mimetype="image/svg+xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.svg"'
    return response
