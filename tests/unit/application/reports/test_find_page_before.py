"""Back through the single calls behind a total."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.events import EventPosition
from application.reports.find_page_before import FindPageBefore, FindPageBeforeRequest
from application.reports.list_events import ListEvents, ListEventsRequest, position_of
from domain.errors import Invalid
from domain.report import Dimension, EventFilter, EventSort
from tests.builders import NOW, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
REQUEST = FindPageBeforeRequest(
    organization_id=KEY.organization_id, before=EventPosition(None, ""), limit=3
)


def test_the_page_before_ends_where_the_next_one_begins_and_the_first_page_is_full(
    world: World,
) -> None:
    calls = [
        an_event(KEY, id=f"{n}", timestamp=NOW - timedelta(hours=n), model=f"m{n % 2}")
        for n in range(1, 9)
    ]
    world.events(*calls)
    find, show = FindPageBefore(world.units, world.clock), ListEvents(world.units, world.clock)
    for number, call in enumerate(calls):
        at = position_of(call, EventSort.TIMESTAMP)
        start = find(replace(REQUEST, before=at))
        page = show(ListEventsRequest(organization_id=KEY.organization_id, after=start, limit=3))
        first = max(0, number - 3)
        assert list(page.events) == calls[first : first + 3]
        assert (start is None) == (number <= 3)


def test_only_calls_that_pass_are_ahead(world: World) -> None:
    calls = [
        an_event(KEY, id=f"{n}", timestamp=NOW - timedelta(hours=n), model=f"m{n % 2}")
        for n in range(1, 9)
    ]
    world.events(*calls)
    find = FindPageBefore(world.units, world.clock)
    odd = EventFilter({Dimension.MODEL: ("m1",)})
    last = position_of(calls[-1], EventSort.TIMESTAMP)
    assert find(replace(REQUEST, before=last, filter=odd)) == position_of(
        calls[0], EventSort.TIMESTAMP
    )
    assert find(replace(REQUEST, before=last, filter=odd, limit=4)) is None
    late = replace(REQUEST, before=last, start=NOW - timedelta(hours=3))
    assert find(late) is None


def test_a_range_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        FindPageBefore(world.units, world.clock)(replace(REQUEST, start=NOW, end=NOW))
