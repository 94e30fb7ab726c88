"""The single calls behind a total."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from application.ports.events import EventPosition
from application.reports.list_events import EventPage, ListEvents, ListEventsRequest, position_of
from domain.errors import Invalid
from domain.event import Event
from domain.period import Span
from domain.report import Dimension, EventFilter, EventSort
from tests.builders import NOW, a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
REQUEST = ListEventsRequest(organization_id=KEY.organization_id)
HOUR = timedelta(hours=1)


def listed(world: World, request: ListEventsRequest = REQUEST) -> EventPage:
    return ListEvents(world.units, world.clock)(request)


def ids(page: EventPage) -> list[str]:
    return [event.id for event in page.events]


def pages_of(world: World, request: ListEventsRequest) -> list[list[str]]:
    """Every page, by following ``next``; a page that never ends fails by its repetition."""
    found: list[list[str]] = []
    page = listed(world, request)
    found.append(ids(page))
    while page.next is not None:
        page = listed(world, replace(request, after=page.next))
        assert ids(page) not in found
        found.append(ids(page))
    return found


@pytest.fixture
def calls(world: World) -> list[Event]:
    """Seven calls with ties, and with unknown costs and latencies."""
    events = [
        an_event(
            KEY,
            id=name,
            timestamp=NOW - hours * HOUR,
            cost=a_cost(usd),
            latency_ms=latency,
        )
        for name, hours, usd, latency in (
            ("a", 1, "0.1", 50),
            ("b", 2, None, 9),
            ("c", 2, "0.10", None),
            ("d", 3, "12", 1000),
            ("e", 4, None, None),
            ("f", 2, "0", 50),
            ("g", 5, "9", 50),
        )
    ]
    world.events(*events)
    return events


ORDERS = {
    EventSort.TIMESTAMP: list("afcbdeg"),
    EventSort.COST: list("dgcafeb"),
    EventSort.LATENCY: list("dgfabec"),
}


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("sort", EventSort)
def test_calls_come_newest_costliest_or_slowest_first_and_unknown_values_last(
    world: World, sort: EventSort
) -> None:
    assert ids(listed(world, replace(REQUEST, sort=sort))) == ORDERS[sort]


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("sort", EventSort)
@pytest.mark.parametrize("limit", range(1, 9))
def test_pages_follow_each_other_without_gap_or_repetition(
    world: World, sort: EventSort, limit: int
) -> None:
    pages = pages_of(world, replace(REQUEST, sort=sort, limit=limit))
    assert [name for page in pages for name in page] == ORDERS[sort]
    assert all(len(page) == limit for page in pages[:-1])
    assert 1 <= len(pages[-1]) <= limit


@pytest.mark.usefixtures("calls")
def test_the_last_page_has_no_next_even_when_it_is_full(world: World) -> None:
    assert listed(world, replace(REQUEST, limit=7)).next is None
    assert listed(world, replace(REQUEST, limit=6)).next is not None


def test_without_calls_there_is_one_empty_page(world: World) -> None:
    page = listed(world)
    assert page == EventPage(
        span=Span(datetime(2026, 10, 25, tzinfo=UTC), NOW), timezone="UTC", events=(), next=None
    )


def test_a_call_that_arrives_between_two_pages_shifts_nothing(
    world: World, calls: list[Event]
) -> None:
    first = listed(world, replace(REQUEST, limit=3))
    world.events(an_event(KEY, id="new", timestamp=NOW - timedelta(minutes=1)))
    rest = listed(world, replace(REQUEST, after=first.next))
    assert ids(first) + ids(rest) == ORDERS[EventSort.TIMESTAMP]
    assert len(calls) == len(ids(first) + ids(rest))


def test_a_position_is_the_value_of_the_sort_and_the_id() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    event = an_event(
        KEY, id="x", timestamp=NOW.astimezone(kolkata), cost=a_cost("0.10"), latency_ms=50
    )
    value = position_of(event, EventSort.TIMESTAMP).value
    assert value is not None
    assert datetime.fromisoformat(value) == NOW
    assert position_of(event, EventSort.COST) == EventPosition("0.1", "x")
    assert position_of(event, EventSort.LATENCY) == EventPosition("50", "x")


def test_a_position_behind_unknown_values_is_none_and_the_id() -> None:
    event = an_event(KEY, id="x", cost=a_cost(None))
    assert position_of(event, EventSort.COST) == EventPosition(None, "x")
    assert position_of(event, EventSort.LATENCY) == EventPosition(None, "x")


@pytest.mark.usefixtures("calls")
def test_a_range_a_filter_and_the_organization_narrow_the_list(world: World) -> None:
    world.events(
        an_event(KEY, id="other", user="u2"),
        an_event(an_api_key(an_organization()), id="stranger"),
    )
    chosen = EventFilter({Dimension.USER: ("u2",)})
    assert ids(listed(world, replace(REQUEST, filter=chosen))) == ["other"]
    bounds = replace(REQUEST, start=NOW - 3 * HOUR, end=NOW - 2 * HOUR)
    assert ids(listed(world, bounds)) == ["d"]


@pytest.mark.parametrize(
    "request_", [replace(REQUEST, timezone="x"), replace(REQUEST, start=NOW, end=NOW)]
)
def test_a_range_that_cannot_be_answered_is_refused(
    world: World, request_: ListEventsRequest
) -> None:
    with pytest.raises(Invalid):
        listed(world, request_)
