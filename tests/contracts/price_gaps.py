"""What every source of usage reports promises about calls without a whole price."""

from datetime import timedelta
from typing import Any

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.costing import CostSource, EventCost
from domain.event import UsageStatus
from domain.period import Span
from domain.price_gap import GapReason, PriceGap
from domain.report import Dimension, EventFilter, EventSelection
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.builders import NOW, a_cost, a_quote, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

DAY = Span(NOW - timedelta(days=1), NOW)
UNKNOWN = a_cost(None)
PARTIAL = a_cost("1", source=CostSource.PARTIAL, quote=a_quote())


def noted(*notes: str, cost: EventCost = UNKNOWN) -> EventCost:
    return EventCost(
        cost_usd=cost.cost_usd,
        list_cost_usd=cost.list_cost_usd,
        source=cost.source,
        quote=cost.quote,
        notes=notes,
    )


REASONS: list[tuple[dict[str, Any], GapReason]] = [
    ({"cost": UNKNOWN}, GapReason.UNKNOWN_MODEL),
    ({"cost": PARTIAL}, GapReason.UNPRICED_CLASS),
    ({"cost": PARTIAL, "usage_status": UsageStatus.PARTIAL}, GapReason.CUT_OFF),
    (
        {"cost": UNKNOWN, "usage": TokenUsage(), "usage_status": UsageStatus.MISSING},
        GapReason.MISSING_USAGE,
    ),
    ({"cost": noted("no_convention")}, GapReason.NO_CONVENTION),
    ({"cost": noted("region", "contradictory_usage:/a")}, GapReason.DOUBTFUL_USAGE),
    ({"cost": noted("modality_unknown", cost=PARTIAL)}, GapReason.DOUBTFUL_USAGE),
    ({"cost": noted("see contradictory_usage", cost=PARTIAL)}, GapReason.UNPRICED_CLASS),
]


def gaps(units_of_work: UnitsOfWork, key: ApiKey, **chosen: Any) -> list[PriceGap]:
    selection = EventSelection(organization_id=key.organization_id, span=DAY, **chosen)
    with units_of_work.report() as uow:
        return uow.usage_reports.price_gaps(selection)


class PriceGapsContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    @pytest.mark.parametrize(("event", "reason"), REASONS)
    def test_a_gap_has_its_reason(
        self, units_of_work: UnitsOfWork, key: ApiKey, event: dict[str, Any], reason: GapReason
    ) -> None:
        append(units_of_work, key, [an_event(key, **event)])
        (gap,) = gaps(units_of_work, key)
        assert gap.reason is reason

    def test_a_whole_price_is_no_gap(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        for source in CostSource:
            if source not in (CostSource.UNPRICED, CostSource.PARTIAL):
                append(units_of_work, key, [an_event(key, cost=a_cost("1", source=source))])
        assert gaps(units_of_work, key) == []

    def test_calls_of_a_model_are_summed_up_and_most_tokens_come_first(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        early, late = NOW - timedelta(hours=3), NOW - timedelta(hours=2)
        many = TokenUsage({TokenClass.INPUT: 10**9, TokenClass.OUTPUT: 5})
        few = TokenUsage({TokenClass.INPUT: 7})
        events = [
            an_event(key, model="b", usage=few, timestamp=late, cost=UNKNOWN),
            an_event(key, model="a", usage=many, timestamp=late, cost=UNKNOWN),
            an_event(key, model="a", usage=few, timestamp=early, cost=UNKNOWN),
        ]
        append(units_of_work, key, events)
        shared: dict[str, Any] = {"provider": "anthropic", "reason": GapReason.UNKNOWN_MODEL}
        assert gaps(units_of_work, key) == [
            PriceGap(
                model="a", calls=2, tokens=10**9 + 12, first_seen=early, last_seen=late, **shared
            ),
            PriceGap(model="b", calls=1, tokens=7, first_seen=late, last_seen=late, **shared),
        ]

    def test_others_and_what_the_filter_leaves_out_are_not_counted(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        other = a_stored_key(units_of_work)
        append(units_of_work, other, [an_event(other, cost=UNKNOWN)])
        out = an_event(key, cost=UNKNOWN, timestamp=NOW - timedelta(days=2))
        append(units_of_work, key, [out, an_event(key, cost=UNKNOWN, project="a")])
        chosen = EventFilter(dimensions={Dimension.PROJECT: ("b",)})
        assert gaps(units_of_work, key, filter=chosen) == []
        assert len(gaps(units_of_work, key)) == 1
