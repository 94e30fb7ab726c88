"""What all report pages do: read the address, and show a refused range beside its form."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypedDict

from flask import redirect, render_template, request
from werkzeug import Response

from application.keys.list_keys import ListKeys, ListKeysRequest
from application.ports.clock import Clock
from application.reports.has_events import HasEvents, HasEventsRequest
from application.reports.list_known_names import ListKnownNames, ListKnownNamesRequest
from domain.errors import Invalid
from domain.known_names import KnownNames
from domain.report import Dimension, EventFilter
from entrypoints.http.authentication import current_organization
from entrypoints.http.pages.filter_form import added_filter
from entrypoints.http.pages.forms import Form
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.viewer_zone import choice_made, report_address

Page = str | tuple[str, int] | Response
Rest = ParamSpec("Rest")
_MOST_KEYS = 500
#: What a page's rows are ordered by, and which way round.
_ORDER = ("sort", "order")


class Asked(TypedDict):
    """The fields that every report's request has."""

    organization_id: str
    start: datetime | None
    end: datetime | None
    timezone: str
    filter: EventFilter


def report_page(
    view: Callable[Concatenate[ReportAddress, Rest], Page],
) -> Callable[Rest, Page]:
    """A view of a report's address; what is wrong with it is said beside the range picker.

    A filter that its form adds is put into the address first.
    """

    @wraps(view)
    def run(*args: Rest.args, **kwargs: Rest.kwargs) -> Page:
        if chosen := choice_made():
            return chosen
        address = report_address()
        if added := added_filter(request.args):
            # Only the query string: the path stays as it is written, whatever is escaped in it.
            return redirect(address.and_filter(added).query(*_order()))
        try:
            return view(address, *args, **kwargs)
        except Invalid as error:
            form = Form.refused(error)
            return render_template("dashboard/refused.html", form=form, kept=_order()), form.status

    return run


def _order() -> list[tuple[str, str]]:
    return [(name, request.args[name]) for name in _ORDER if request.args.get(name)]


def asked_of(address: ReportAddress, clock: Clock) -> Asked:
    """The request of a report; raises ``Invalid``."""
    start, end = address.bounds(clock.now())
    return Asked(
        organization_id=current_organization().id,
        start=start,
        end=end,
        timezone=address.tz,
        filter=address.filter,
    )


def is_first(run: HasEvents) -> bool:
    """Whether the organization has yet to send its first call, of whatever time."""
    return not run(HasEventsRequest(organization_id=current_organization().id))


def known_names(run: ListKnownNames) -> KnownNames:
    """The names of the organization's keys and tags, for people to choose from."""
    return run(ListKnownNamesRequest(organization_id=current_organization().id))


def key_names(run: ListKeys) -> dict[str, str]:
    """The names of the organization's newest keys by id, for people to choose from."""
    asked = ListKeysRequest(organization_id=current_organization().id, limit=_MOST_KEYS)
    return {key.id: key.name for key in run(asked)}


def chip_names(address: ReportAddress, run: ListKeys) -> dict[str, Any]:
    """``key_names`` for the chips and the chart, looked up only where a key is among them."""
    has_key = Dimension.API_KEY in (address.by, *(name for name, _ in address.filters))
    return {"key_names": key_names(run) if has_key else {}}
