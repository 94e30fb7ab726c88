"""Reported calls become stored, priced events."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.memory.unit_of_work import InMemoryUnitOfWork, InMemoryUnitsOfWork
from adapters.pricing.book import BundledPricingTables
from application.ingestion.ingest_events import (
    IngestEvents,
    IngestEventsRequest,
    IngestResult,
    Rejection,
)
from application.ports.events import Fate
from application.ports.unit_of_work import UnitsOfWork
from application.pricing.price_lists import PriceLists
from domain.costing import CostSource, explain
from domain.errors import Fault, Unavailable
from domain.event import Event, ReportedEvent
from domain.money import exact_sum
from domain.providers import CANONICAL_PROVIDERS
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.builders import NOW
from tests.unit.application.world import World

BOOK = BundledPricingTables()
CALL = ReportedEvent(
    id="a",
    timestamp=NOW - timedelta(hours=1),
    provider="anthropic",
    model="claude-sonnet-4-5-20250929",
    provider_usage={"input_tokens": 1200, "cache_read_input_tokens": 800, "output_tokens": 300},
)
TOO_OLD = replace(CALL, id="old", timestamp=NOW - timedelta(days=91))
MISCOUNTED = replace(CALL, id="bad", provider_usage={"input_tokens": -1})
UNREADABLE = Rejection(id=None, code="invalid_json", fault=Fault("", "is not JSON"))


class AwayUnitOfWork(InMemoryUnitOfWork):
    def commit(self) -> None:
        raise Unavailable("The store is away.")


class AwayUnitsOfWork(InMemoryUnitsOfWork):
    """A store that takes everything and goes away before anything is durable."""

    def __call__(self, *, snapshot: bool = False) -> InMemoryUnitOfWork:
        return AwayUnitOfWork(self._store, snapshot=snapshot)


def ingest(
    world: World,
    *items: ReportedEvent | Rejection,
    organization_id: str = "acme",
    units: UnitsOfWork | None = None,
) -> IngestResult:
    use_case = IngestEvents(
        units or world.units,
        PriceLists(BOOK),
        world.keep_ledger,
        world.learn_model_answers,
        world.clock,
        world.meter,
    )
    return use_case(
        IngestEventsRequest(organization_id=organization_id, api_key_id="key", items=items)
    )


def stored(world: World, event_id: str, organization_id: str = "acme") -> Event | None:
    with world.units(snapshot=True) as uow:
        return uow.events.get(organization_id, event_id)


def cost_of(world: World, event_id: str) -> tuple[CostSource, Decimal | None]:
    event = stored(world, event_id)
    assert event is not None
    lines = explain(event.cost, event.usage).lines
    assert exact_sum(line.amount_usd for line in lines) == (event.cost.cost_usd or 0)
    return event.cost.source, event.cost.cost_usd


def test_an_event_is_stored_normalised_and_priced(world: World) -> None:
    result = ingest(world, CALL)
    assert (result.outcomes, result.ids) == ((Fate.ACCEPTED,), ("a",))
    event = stored(world, "a")
    assert event is not None
    assert event.reported == CALL
    assert (event.organization_id, event.api_key_id) == ("acme", "key")
    assert event.received_at == world.clock.now()
    assert event.usage.tokens == {
        TokenClass.INPUT: 1200,
        TokenClass.CACHE_READ: 800,
        TokenClass.OUTPUT: 300,
    }
    assert cost_of(world, "a") == (CostSource.COMPUTED, Decimal("0.00834"))


@pytest.mark.parametrize(
    ("model", "source"),
    [("claude-sonnet-4-5", CostSource.COMPUTED), ("claude-nobody", CostSource.UNPRICED)],
)
def test_an_unknown_model_is_accepted_and_unpriced(
    world: World, model: str, source: CostSource
) -> None:
    assert ingest(world, replace(CALL, model=model)).count(Fate.ACCEPTED) == 1
    assert cost_of(world, "a")[0] is source


def test_one_bad_event_never_sinks_the_others(world: World) -> None:
    good = [replace(CALL, id=f"good-{number}") for number in range(3)]
    result = ingest(world, TOO_OLD, good[0], UNREADABLE, good[1], MISCOUNTED, good[2])
    accepted = [outcome is Fate.ACCEPTED for outcome in result.outcomes]
    assert accepted == [False, True, False, True, False, True]
    assert result.ids == ("old", "good-0", None, "good-1", "bad", "good-2")
    assert (result.count(Fate.ACCEPTED), result.rejected) == (3, 3)
    assert all(stored(world, event.id) for event in good)
    assert stored(world, "old") is stored(world, "bad") is None


def test_a_refusal_says_what_is_wrong_and_where(world: World) -> None:
    old, bad, unreadable = ingest(world, TOO_OLD, MISCOUNTED, UNREADABLE).outcomes
    assert isinstance(old, Rejection)
    assert (old.id, old.code, old.fault.pointer) == ("old", "invalid_timestamp", "/timestamp")
    assert isinstance(bad, Rejection)
    assert (bad.id, bad.code) == ("bad", "invalid_usage")
    assert bad.fault.pointer == "/provider_usage/input_tokens"
    assert unreadable is UNREADABLE


@pytest.mark.parametrize("items", [(), (UNREADABLE,), (TOO_OLD, MISCOUNTED)])
def test_a_batch_with_nothing_to_store_needs_no_store(
    world: World, items: tuple[ReportedEvent | Rejection, ...]
) -> None:
    result = ingest(world, *items, units=AwayUnitsOfWork())
    assert (len(result.outcomes), result.rejected) == (len(items), len(items))


def test_sending_an_event_again_changes_nothing(world: World) -> None:
    ingest(world, CALL)
    first = stored(world, "a")
    world.clock.advance(timedelta(hours=1))
    result = ingest(world, CALL, CALL)
    assert result.outcomes == (Fate.DUPLICATE, Fate.DUPLICATE)
    assert stored(world, "a") == first


def test_the_same_id_with_other_content_is_a_conflict_and_the_first_stands(world: World) -> None:
    ingest(world, CALL)
    assert ingest(world, replace(CALL, user="u2")).outcomes == (Fate.CONFLICT,)
    event = stored(world, "a")
    assert event is not None
    assert event.reported == CALL


def test_a_batch_is_held_to_the_same_within_itself(world: World) -> None:
    other = replace(CALL, id="b")
    result = ingest(world, CALL, other, CALL, replace(CALL, user="u2"), other)
    assert result.outcomes == (
        Fate.ACCEPTED,
        Fate.ACCEPTED,
        Fate.DUPLICATE,
        Fate.CONFLICT,
        Fate.DUPLICATE,
    )
    assert [result.count(fate) for fate in Fate] == [2, 2, 1, 0]
    assert result.rejected == 0


def test_a_refused_event_does_not_take_its_id(world: World) -> None:
    result = ingest(world, replace(TOO_OLD, id="a"), CALL)
    assert result.outcomes[1] is Fate.ACCEPTED


def test_organizations_do_not_share_ids(world: World) -> None:
    ingest(world, CALL)
    other = replace(CALL, user="u2")
    assert ingest(world, other, organization_id="other").outcomes == (Fate.ACCEPTED,)
    mine, theirs = stored(world, "a"), stored(world, "a", "other")
    assert mine is not None
    assert theirs is not None
    assert (mine.reported, theirs.reported) == (CALL, other)


def test_when_the_store_goes_away_nothing_was_stored(world: World) -> None:
    units = AwayUnitsOfWork()
    with pytest.raises(Unavailable):
        ingest(world, CALL, replace(CALL, id="b"), units=units)
    with units(snapshot=True) as uow:
        assert not uow.events.has_any("acme")


def test_explicit_zeros_are_computed_and_absence_is_unknown(world: World) -> None:
    zeros = TokenUsage({TokenClass.INPUT: 0, TokenClass.OUTPUT: 0})
    ingest(
        world,
        replace(CALL, id="zeros", provider_usage=None, usage=zeros),
        replace(CALL, id="absent", provider_usage=None),
    )
    assert cost_of(world, "zeros") == (CostSource.COMPUTED, Decimal(0))
    assert cost_of(world, "absent") == (CostSource.UNPRICED, None)


counts = st.integers(-1, 2**40) | st.floats() | st.none() | st.booleans() | st.text(max_size=5)
names = st.sampled_from(
    [
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
        "input_tokens",
        "output_tokens",
        "input_tokens_details",
        "cached_tokens",
        "reasoning_tokens",
        "audio_tokens",
        "cache_creation",
        "cache_read_input_tokens",
        "ephemeral_1h_input_tokens",
        "server_tool_use",
        "promptTokenCount",
        "candidatesTokenCount",
        "thoughtsTokenCount",
        "promptTokensDetails",
        "modality",
        "tokenCount",
        "cost",
        "cost_details",
        "cost_in_usd_ticks",
        "num_sources_used",
        "prompt_cache_hit_tokens",
        "service_tier",
    ]
)
json_values = st.recursive(
    counts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=3), inner),
    max_leaves=20,
)
usage_objects = st.dictionaries(names | st.text(max_size=3), json_values)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    usage_objects, st.sampled_from(sorted(CANONICAL_PROVIDERS)), st.sampled_from(["x", "gpt-4o"])
)
def test_no_usage_object_however_strange_sinks_its_neighbour(
    usage: Mapping[str, Any], provider: str, model: str
) -> None:
    world = World()
    strange = replace(CALL, id="b", provider=provider, model=model, provider_usage=usage)
    result = ingest(world, strange, CALL)
    assert result.outcomes[1] is Fate.ACCEPTED
    if isinstance(result.outcomes[0], Rejection):
        assert result.outcomes[0].code == "invalid_usage"
        assert result.outcomes[0].fault.pointer.startswith("/provider_usage")
    else:
        source, cost = cost_of(world, "b")
        assert (cost is None) == (source is CostSource.UNPRICED)
        assert ingest(world, strange).outcomes == (Fate.DUPLICATE,)


def test_requests_at_once_are_each_told_their_own_fate(world: World) -> None:
    use_case = IngestEvents(
        world.units,
        PriceLists(BOOK),
        world.keep_ledger,
        world.learn_model_answers,
        world.clock,
        world.meter,
    )
    told: dict[tuple[str, int], Any] = {}

    def send(organization_id: str, number: int) -> None:
        items = (replace(CALL, id=f"call-{number % 5}"), MISCOUNTED)
        told[organization_id, number] = use_case(
            IngestEventsRequest(organization_id=organization_id, api_key_id="key", items=items)
        )

    threads = [Thread(target=send, args=(org, n)) for org in ("acme", "zeta") for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for organization_id in ("acme", "zeta"):
        fates = [told[organization_id, number].outcomes[0] for number in range(20)]
        assert (fates.count(Fate.ACCEPTED), fates.count(Fate.DUPLICATE)) == (5, 15)
        assert all(stored(world, f"call-{n}", organization_id) for n in range(5))
    assert all(result.rejected == 1 for result in told.values())
