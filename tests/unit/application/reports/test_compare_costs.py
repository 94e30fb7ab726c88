"""What rose and what fell against as much time before."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from application.reports.compare_costs import CompareCosts, CompareCostsRequest, CostComparison
from domain.event import Event
from domain.movers import Cause
from domain.report import Dimension, EventFilter
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.builders import NOW, a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
DAY = timedelta(days=1)
#: The last day, and the day before it.
REQUEST = CompareCostsRequest(organization_id=KEY.organization_id, start=NOW - DAY, end=NOW)
LAST, DAY_BEFORE = NOW - DAY / 2, NOW - 3 * DAY / 2


def compared(world: World, request: CompareCostsRequest = REQUEST) -> CostComparison:
    return CompareCosts(world.units, world.clock)(request)


def a_call(
    model: str, at: object, usd: str | None, tokens: int = 100, project: str | None = None
) -> Event:
    usage = TokenUsage({TokenClass.INPUT: tokens})
    return an_event(KEY, model=model, timestamp=at, cost=a_cost(usd), usage=usage, project=project)


def test_models_that_rose_and_fell_stand_apart_with_their_causes(world: World) -> None:
    world.events(
        a_call("busier", DAY_BEFORE, "1"),
        a_call("busier", LAST, "3", tokens=300),
        a_call("cheaper", DAY_BEFORE, "5"),
        a_call("cheaper", LAST, "4"),
        a_call("retired", DAY_BEFORE, "2"),
        a_call("released", LAST, "7"),
        a_call("steady", DAY_BEFORE, "1"),
        a_call("steady", LAST, "1"),
    )
    found = compared(world)
    risen = [(each.key[1], each.difference_usd, each.cause) for each in found.risen]
    fallen = [(each.key[1], each.difference_usd, each.cause) for each in found.fallen]
    assert risen == [("released", Decimal(7), Cause.NEW), ("busier", Decimal(2), Cause.VOLUME)]
    assert fallen == [("retired", Decimal(-2), Cause.GONE), ("cheaper", Decimal(-1), Cause.PRICE)]


def test_volume_price_and_mix_make_the_difference_of_the_two_totals(world: World) -> None:
    world.events(
        a_call("a", DAY_BEFORE, "1.000000000000000001"),
        a_call("a", LAST, "0.7", tokens=33),
        a_call("b", LAST, "0.000000000000000007", tokens=17),
    )
    found = compared(world)
    change = found.change
    assert change.difference_usd == found.now.cost_usd - found.before.cost_usd
    assert change.volume_usd + change.price_usd + change.mix_usd == change.difference_usd


def test_a_first_range_has_nothing_to_be_compared_with(world: World) -> None:
    world.events(a_call("a", LAST, "1"))
    assert compared(world).is_first
    world.events(a_call("a", DAY_BEFORE, "1"))
    found = compared(world)
    assert not found.is_first
    assert (found.risen, found.fallen, found.change.difference_usd) == ((), (), Decimal(0))


def test_calls_of_unknown_cost_are_told_of(world: World) -> None:
    world.events(a_call("a", LAST, "1"), a_call("a", DAY_BEFORE, "1"))
    assert not compared(world).has_unknown
    world.events(a_call("b", DAY_BEFORE, None))
    found = compared(world)
    assert found.has_unknown
    assert found.change.difference_usd == 0


def test_only_what_passes_the_filter_is_compared(world: World) -> None:
    world.events(a_call("a", LAST, "1", project="in"), a_call("b", LAST, "9", project="out"))
    chosen = EventFilter({Dimension.PROJECT: ("in",)})
    found = compared(world, replace(REQUEST, filter=chosen))
    assert [each.key[1] for each in found.risen] == ["a"]
    assert found.now.cost_usd == Decimal(1)
