"""A page whole but for its figures, where these take a while: it leads on to the page with them.

Browsers show it until the other one has come, with or without scripts.
"""

from typing import Any
from urllib.parse import quote

from flask import render_template, request

from application.ports.clock import Clock
from application.ports.events import Reach
from application.reports.count_single_calls import (
    CountSingleCalls,
    CountSingleCallsRequest,
    SingleCalls,
)
from application.reports.report_request import ReportRequest
from entrypoints.http.longest_address import LONGEST_ADDRESS
from entrypoints.http.pages.report_address import AT_ONCE, query_of
from entrypoints.http.pages.report_page import Asked


def calls_to_wait_for(run: CountSingleCalls, asked: CountSingleCallsRequest) -> SingleCalls:
    """What this page may read call by call; nothing where it is to come with its figures.

    So it is where it was led on to, where a script asks, with the version that it shows, and where
    no server would take the address that it would lead on to.
    """
    is_for_figures = AT_ONCE in request.args or bool(request.if_none_match)
    path = quote(request.path, safe="")  # no shorter than it came
    is_too_long = len(path) + len(_whole_query()) > LONGEST_ADDRESS
    return SingleCalls() if is_for_figures or is_too_long else run(asked)


def reach_of(calls: SingleCalls) -> Reach:
    """How far its lists go at first; where that is too short, ``looked_through`` takes a while."""
    if calls.looked_through:
        return Reach.FIRST
    return Reach.ALL if calls.are_few else Reach.ANY


def interim_page(
    template: str, calls: SingleCalls, asked: Asked, clock: Clock, head: dict[str, Any]
) -> str:
    """The page of ``template`` up to its figures, for which these calls are read.

    ``head`` is what the template shows above the figures.
    """
    return render_template(
        "dashboard/interim.html",
        page=template,
        span=ReportRequest(**asked).span(clock.now()),
        added_up=_roughly(calls.added_up),
        looked_through=_roughly(calls.looked_through),
        whole=_whole_query(),
        suggested=(),
        **head,
    )


def _whole_query() -> str:
    """Only the query string: the path stays as it is written, whatever is escaped in it."""
    return query_of([*request.args.items(multi=True), (AT_ONCE, "1")])


def _roughly(calls: int) -> int:
    """Two digits of it: it is an estimate, and more come in."""
    return round(calls, 2 - len(str(calls)))
