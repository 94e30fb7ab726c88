"""The first calls of several lists."""

from datetime import timedelta

import pytest

from application.reports.list_first_events import ListFirstEvents, ListFirstEventsRequest
from domain.errors import Invalid
from domain.report import Dimension, EventFilter, EventSort
from tests.builders import NOW, a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
BOTH = (EventSort.COST, EventSort.LATENCY)


def test_each_list_begins_with_its_own_first_calls_of_the_range_that_pass() -> None:
    world = World()
    when = NOW - timedelta(hours=1)
    with world.units() as uow:
        uow.events.append(KEY.organization_id, [
            an_event(KEY, id="dear", timestamp=when, cost=a_cost("9"), latency_ms=1),
            an_event(KEY, id="slow", timestamp=when, cost=a_cost("1"), latency_ms=900),
            an_event(KEY, id="unknown", timestamp=when, cost=a_cost(None), latency_ms=None),
            an_event(KEY, id="old", timestamp=NOW - timedelta(days=99), cost=a_cost("99")),
            an_event(KEY, id="other", timestamp=when, cost=a_cost("99"), model="another"),
        ])  # fmt: skip
        uow.commit()
    model = an_event(KEY).reported.model
    request = ListFirstEventsRequest(
        organization_id=KEY.organization_id, sorts=BOTH, limit=2,
        filter=EventFilter({Dimension.MODEL: (model,)}),
    )  # fmt: skip
    found = ListFirstEvents(world.units, world.clock)(request)
    assert {sort: [event.id for event in each] for sort, each in found.items()} == {
        EventSort.COST: ["dear", "slow"],
        EventSort.LATENCY: ["slow", "dear"],
    }


def test_a_time_zone_that_there_is_not_is_refused() -> None:
    world = World()
    request = ListFirstEventsRequest(
        organization_id=KEY.organization_id, sorts=BOTH, limit=2, timezone="Mars"
    )
    with pytest.raises(Invalid):
        ListFirstEvents(world.units, world.clock)(request)
