"""What happened around a call, and the search for one by any name of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.reports.find_calls import FindCalls, FindCallsRequest, FoundCalls
from application.reports.follow_call import REACH, FollowCall, FollowCallRequest, Trail
from domain.event import Event
from domain.report import Dimension
from tests.builders import NOW, a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
MINUTE = timedelta(minutes=1)


def calls(world: World, count: int, **fields: Any) -> list[Event]:
    """A call a minute, the last one a minute ago."""
    events = [
        an_event(KEY, timestamp=NOW - (count - number) * MINUTE, cost=a_cost("1"), **fields)
        for number in range(count)
    ]
    world.events(*events)
    return events


def follow(world: World, event: Event) -> Trail | None:
    return FollowCall(world.units)(FollowCallRequest(event=event, limit=2))


def find(world: World, name: str) -> FoundCalls:
    request = FindCallsRequest(organization_id=KEY.organization_id, name=name)
    return FindCalls(world.units, world.clock)(request)


def test_a_trace_shows_the_calls_next_to_one_and_the_total_of_all(world: World) -> None:
    events = calls(world, 7, trace_id="t", session="s")
    calls(world, 2, session="s")
    trail = follow(world, events[3])
    assert trail is not None
    assert (trail.by, trail.name) == (Dimension.TRACE, "t")
    assert [event.id for event in trail.events] == [event.id for event in events[1:6]]
    assert (trail.totals.calls, trail.totals.cost_usd) == (7, Decimal(7))


def test_where_a_trace_has_one_call_its_session_is_shown(world: World) -> None:
    (alone,) = calls(world, 1, trace_id="t", session="s")
    calls(world, 2, session="s")
    trail = follow(world, alone)
    assert trail is not None
    assert (trail.by, trail.totals.calls) == (Dimension.SESSION, 3)


@pytest.mark.parametrize("fields", [{}, {"trace_id": "t", "session": "s"}])
def test_a_call_on_its_own_has_nothing_around_it(world: World, fields: dict[str, str]) -> None:
    (alone,) = calls(world, 1, **fields)
    assert follow(world, alone) is None


def test_a_session_is_added_up_for_a_week_around_a_call(world: World) -> None:
    events = calls(world, 2, session="s")
    world.events(an_event(KEY, timestamp=NOW - REACH - 5 * MINUTE, session="s"))
    trail = follow(world, events[1])
    assert trail is not None
    assert trail.totals.calls == 2


@pytest.mark.parametrize("by", [Dimension.TRACE, Dimension.SESSION, Dimension.REQUEST])
def test_a_name_is_found_whatever_it_names(world: World, by: Dimension) -> None:
    fields: dict[str, Any] = {by.value: "it"}
    (event,) = calls(world, 1, **fields)
    found = find(world, "it")
    assert (found.by, found.event and found.event.id) == (by, event.id)
    assert find(world, "IT").event is None


def test_a_call_of_that_name_comes_first_and_may_be_of_any_time(world: World) -> None:
    calls(world, 1, trace_id="it")
    world.events(an_event(KEY, id="it", timestamp=NOW - timedelta(days=80)))
    found = find(world, "it")
    assert found.by is None
    assert found.event is not None
    assert found.event.id == "it"
