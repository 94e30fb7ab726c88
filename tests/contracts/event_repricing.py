"""What every store of events promises about pricing them again."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.ports.events import Fate
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.costing import CostSource
from domain.event import Event, UsageStatus
from domain.repricing import RepricingPosition, RepricingScope
from domain.usage.token_usage import TokenClass, TokenUsage, Unit
from tests.builders import NOW, a_cost, a_quote, an_event, an_id
from tests.contracts.events import append, get
from tests.contracts.tenants import a_stored_key

ANY_COST = RepricingScope(terms_id=an_id())
HOUR = timedelta(hours=1)


def ids(units_of_work: UnitsOfWork, key: ApiKey, scope: RepricingScope, **page: Any) -> list[str]:
    with units_of_work() as uow:
        found = uow.events.to_reprice(key.organization_id, scope, **page)
    return [event.id for event in found]


class EventRepricingContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    def test_events_come_in_the_order_of_time_and_id_page_by_page(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        late = an_event(key, id="a", timestamp=NOW)
        early = [an_event(key, id=name, timestamp=NOW - HOUR) for name in ("B", "_", "b")]
        append(units_of_work, key, [late, *early[::-1]])
        assert ids(units_of_work, key, ANY_COST) == ["B", "_", "b", "a"]
        assert ids(units_of_work, key, ANY_COST, limit=2) == ["B", "_"]
        after = RepricingPosition(timestamp=NOW - HOUR, id="_")
        assert ids(units_of_work, key, ANY_COST, after=after) == ["b", "a"]

    @pytest.mark.parametrize(
        "scope",
        [
            RepricingScope(provider="azure", terms_id=an_id()),
            RepricingScope(name="deploy%_", terms_id=an_id()),
            RepricingScope(start=NOW - HOUR, terms_id=an_id()),
            RepricingScope(end=NOW - HOUR, terms_id=an_id()),
            RepricingScope(),
        ],
    )
    def test_a_scope_leaves_out_what_it_does_not_name(
        self, units_of_work: UnitsOfWork, key: ApiKey, scope: RepricingScope
    ) -> None:
        wanted: dict[str, Any] = {"provider": "azure", "model": "x/Deploy%_1"}
        wanted["timestamp"] = NOW - 2 * HOUR if scope.end else NOW - HOUR
        append(units_of_work, key, [an_event(key, id="in", cost=a_cost(None), **wanted)])
        out_of_time = NOW - HOUR if scope.end else NOW - 2 * HOUR
        other = an_event(key, id="out", model="deployed", timestamp=out_of_time)
        append(units_of_work, key, [other])
        assert ids(units_of_work, key, scope) == ["in"]

    def test_unknown_and_partial_costs_are_those_without_a_whole_price(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        for source in CostSource:
            usd = None if source is CostSource.UNPRICED else "1"
            cost = a_cost(usd, source=source)
            append(units_of_work, key, [an_event(key, id=source.value, cost=cost)])
        assert sorted(ids(units_of_work, key, RepricingScope())) == ["partial", "unpriced"]
        with units_of_work() as uow:
            assert uow.events.organizations_with_unpriced() == [key.organization_id]

    def test_another_organizations_events_are_not_found_and_not_changed(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        other = a_stored_key(units_of_work)
        event = an_event(other)
        append(units_of_work, other, [event])
        assert ids(units_of_work, key, ANY_COST) == []
        with units_of_work() as uow:
            uow.events.reprice(other.organization_id, [])
            assert uow.events.organizations_with_unpriced() == []
            uow.commit()
        assert get(units_of_work, other, event.id) == event

    def test_a_new_cost_and_a_better_reading_replace_the_old_ones(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        stays, before = (
            an_event(key),
            an_event(key, cost=a_cost(None), usage=TokenUsage(), usage_status=UsageStatus.MISSING),
        )
        append(units_of_work, key, [stays, before])
        after = replace(
            before,
            usage=TokenUsage({TokenClass.INPUT: 7}, {Unit.PAGES: Decimal(2)}),
            usage_status=UsageStatus.COMPLETE,
            service_tier="batch",
            cost=a_cost(
                "0.5",
                quote=a_quote(notes=("new",)),
                notes=("read anew",),
                cache_savings_usd=Decimal("-0.1"),
                book_version="2026-11-26",
            ),
            repriced_at=NOW,
        )
        with units_of_work() as uow:
            uow.events.reprice(key.organization_id, [after])
            uow.commit()
        assert get(units_of_work, key, before.id) == after
        assert get(units_of_work, key, stays.id) == stays

    def test_an_event_that_was_priced_again_is_still_a_duplicate(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        event: Event = an_event(key, cost=a_cost(None))
        append(units_of_work, key, [event])
        with units_of_work() as uow:
            again = replace(event, cost=a_cost("0.5"), repriced_at=NOW)
            uow.events.reprice(key.organization_id, [again])
            uow.commit()
        assert append(units_of_work, key, [event]) == [Fate.DUPLICATE]
