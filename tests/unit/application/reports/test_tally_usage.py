"""Whether anything has changed since somebody looked."""

from datetime import timedelta
from decimal import Decimal

import pytest

from application.reports.tally_usage import TallyUsage, TallyUsageRequest
from domain.errors import Invalid
from domain.report import Dimension, EventFilter, Tally
from tests.builders import NOW, a_cost, an_api_key, an_event
from tests.unit.application.world import World


def test_what_comes_into_the_range_is_tallied_and_nothing_else(world: World) -> None:
    acme = world.organization()
    key = world.key(an_api_key(acme))
    tally = TallyUsage(world.units, world.clock)
    asked = TallyUsageRequest(
        organization_id=acme.id,
        start=NOW - timedelta(days=7),
        filter=EventFilter({Dimension.PROJECT: ("checkout",)}),
    )
    assert tally(asked) == Tally(0, Decimal(0))
    just_now, old = NOW - timedelta(seconds=1), NOW - timedelta(days=8)
    with world.units() as uow:
        uow.events.append(
            acme.id,
            [
                an_event(key, timestamp=just_now, project="checkout", cost=a_cost("0.25")),
                an_event(key, timestamp=just_now, project="search", cost=a_cost("1")),
                an_event(key, timestamp=old, project="checkout", cost=a_cost("2")),
            ],
        )
        uow.commit()
    assert tally(asked) == Tally(1, Decimal("0.25"))


def test_a_range_that_is_none_is_refused(world: World) -> None:
    asked = TallyUsageRequest(organization_id=world.organization().id, start=NOW, end=NOW)
    with pytest.raises(Invalid):
        TallyUsage(world.units, world.clock)(asked)
