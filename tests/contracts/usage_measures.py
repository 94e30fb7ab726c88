"""What every source of usage reports promises about totals."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.costing import CostSource, EventCost
from domain.event import Status
from domain.period import Span
from domain.report import (
    Coverage,
    Distribution,
    EventSelection,
    Measures,
)
from domain.usage.token_usage import TokenClass, TokenUsage, Unit
from tests.builders import NOW, a_cost, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

DAY = Span(NOW - timedelta(days=1), NOW)


def measures(units_of_work: UnitsOfWork, selection: EventSelection) -> Measures:
    """The tally, which is found by itself, agrees with them."""
    with units_of_work.report() as uow:
        found = uow.usage_reports.measures(selection)
        assert uow.usage_reports.tally(selection) == found.tally
    return found


def spent(units_of_work: UnitsOfWork, selection: EventSelection) -> Decimal:
    with units_of_work.report() as uow:
        return uow.usage_reports.spent(selection)


def assert_near(found: Distribution, exact: Distribution) -> None:
    """The mean is exact, and each percentile within 2 %."""
    assert found.mean == exact.mean
    for name in ("p50", "p95", "p99"):
        value, expected = getattr(found, name), getattr(exact, name)
        assert (value is None) == (expected is None)
        assert value is None or abs(value - expected) <= 0.02 * expected


class UsageMeasuresContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    @pytest.fixture
    def selection(self, key: ApiKey) -> EventSelection:
        return EventSelection(organization_id=key.organization_id, span=DAY)

    def test_no_calls_cost_nothing_and_have_no_distribution(
        self, units_of_work: UnitsOfWork, selection: EventSelection
    ) -> None:
        assert measures(units_of_work, selection) == Measures()
        assert spent(units_of_work, selection) == 0

    def test_costs_are_added_to_the_last_digit(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        amounts = ["0.1", "0.2", "0.000000000000000001", "999999.999999999999999999", "0"]
        append(units_of_work, key, [an_event(key, cost=a_cost(usd)) for usd in amounts])
        total = Decimal("1000000.300000000000000000")
        assert measures(units_of_work, selection).cost_usd == total
        assert spent(units_of_work, selection) == total

    def test_unknown_costs_are_left_out_of_the_sum_and_counted(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        costs = [a_cost("1"), a_cost(None), a_cost("2"), a_cost(None)]
        append(units_of_work, key, [an_event(key, cost=cost) for cost in costs])
        found = measures(units_of_work, selection)
        assert (found.calls, found.cost_usd) == (4, Decimal(3))
        assert found.coverage == Coverage(priced=2, unpriced=2)

    def test_unknown_is_not_free_where_no_cost_is_known(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        append(units_of_work, key, [an_event(key, cost=a_cost(None))])
        assert measures(units_of_work, selection).cost_usd is None
        assert spent(units_of_work, selection) == 0

    def test_free_calls_have_a_known_cost_of_nothing(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        append(units_of_work, key, [an_event(key, cost=a_cost("0"))])
        assert measures(units_of_work, selection).cost_usd == Decimal(0)

    def test_coverage_tells_the_kinds_of_cost_apart(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        sources = [
            CostSource.PROVIDER_REPORTED,
            *[CostSource.COMPUTED] * 2,
            *[CostSource.ESTIMATED] * 3,
            *[CostSource.PARTIAL] * 4,
        ]
        costs = [a_cost("1", source=source) for source in sources] + [a_cost(None)] * 5
        append(units_of_work, key, [an_event(key, cost=cost) for cost in costs])
        expected = Coverage(priced=3, estimated=3, partial=4, unpriced=5)
        assert measures(units_of_work, selection).coverage == expected

    def test_tokens_are_added_by_class_and_classes_without_any_are_absent(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        usages = [
            TokenUsage({TokenClass.INPUT: 10**9, TokenClass.REASONING: 0}),
            TokenUsage({TokenClass.INPUT: 10**9, TokenClass.OUTPUT: 3}),
            TokenUsage({TokenClass.INPUT: 10**9}, {Unit.IMAGES: Decimal(2)}),
            TokenUsage(),
        ]
        append(units_of_work, key, [an_event(key, usage=usage) for usage in usages])
        found = measures(units_of_work, selection)
        assert found.tokens == {TokenClass.INPUT: 3 * 10**9, TokenClass.OUTPUT: 3}
        assert found.total_tokens == 3 * 10**9 + 3

    def test_every_class_of_tokens_is_counted_as_itself(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        tokens = {name: number for number, name in enumerate(TokenClass, start=1)}
        append(units_of_work, key, [an_event(key, usage=TokenUsage(tokens))])
        assert measures(units_of_work, selection).tokens == tokens

    def test_errors_are_calls_too(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        statuses = [Status.ERROR, Status.SUCCESS, Status.ERROR]
        append(units_of_work, key, [an_event(key, status=status) for status in statuses])
        found = measures(units_of_work, selection)
        assert (found.calls, found.errors) == (3, 2)

    def test_cache_savings_are_added_and_may_be_negative(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        savings = [Decimal("0.000000000000000001"), None, Decimal("-0.5")]
        costs: list[EventCost] = [a_cost("1", cache_savings_usd=amount) for amount in savings]
        append(units_of_work, key, [an_event(key, cost=cost) for cost in costs])
        expected = Decimal("-0.499999999999999999")
        assert measures(units_of_work, selection).cache_savings_usd == expected

    @pytest.mark.parametrize(
        ("durations", "expected"),
        [
            pytest.param([None, None], Distribution(), id="none-reported"),
            pytest.param([7], Distribution(7.0, 7, 7, 7), id="one"),
            pytest.param([0], Distribution(0.0, 0, 0, 0), id="zero-is-a-value"),
            pytest.param([20, None, 10], Distribution(15.0, 10, 20, 20), id="two-of-three"),
            pytest.param([3, 1, 1], Distribution(1.667, 1, 3, 3), id="a-mean-with-decimals"),
            pytest.param(list(range(1, 21)), Distribution(10.5, 10, 19, 20), id="twenty"),
            pytest.param(list(range(100, 0, -1)), Distribution(50.5, 50, 95, 99), id="hundred"),
            pytest.param(
                list(range(1, 102)), Distribution(51.0, 51, 96, 100), id="hundred-and-one"
            ),
            pytest.param(
                [86_400_000] * 3, Distribution(86_400_000.0, *[86_400_000] * 3), id="days"
            ),
        ],
    )
    def test_a_percentile_is_near_the_smallest_value_that_its_share_reaches(
        self,
        units_of_work: UnitsOfWork,
        key: ApiKey,
        selection: EventSelection,
        durations: list[int | None],
        expected: Distribution,
    ) -> None:
        append(units_of_work, key, [an_event(key, latency_ms=duration) for duration in durations])
        found = measures(units_of_work, selection)
        assert_near(found.latency_ms, expected)
        assert found.time_to_first_token_ms == Distribution()

    def test_the_time_to_the_first_token_has_its_own_distribution(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        event = an_event(key, latency_ms=900, time_to_first_token_ms=30)
        append(units_of_work, key, [event])
        found = measures(units_of_work, selection)
        assert found.latency_ms.p50 == 900
        assert found.time_to_first_token_ms == Distribution(30.0, 30, 30, 30)

    def test_a_span_holds_its_start_and_not_its_end(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        microsecond = timedelta(microseconds=1)
        outside = [DAY.start - microsecond, DAY.end]
        inside = [DAY.start, DAY.end - microsecond]
        for usd, times in (("1", inside), ("100", outside)):
            events = [an_event(key, timestamp=time, cost=a_cost(usd)) for time in times]
            append(units_of_work, key, events)
        assert measures(units_of_work, selection).calls == 2
        assert spent(units_of_work, selection) == 2

    def test_another_organization_has_spent_none_of_it(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        append(units_of_work, key, [an_event(key)])
        stranger = a_stored_key(units_of_work)
        theirs = replace(selection, organization_id=stranger.organization_id)
        assert measures(units_of_work, theirs) == Measures()
        assert spent(units_of_work, theirs) == 0

    def test_of_all_calls_together_none_is_read_by_itself(
        self, units_of_work: UnitsOfWork, selection: EventSelection
    ) -> None:
        with units_of_work.look() as uow:
            assert uow.usage_reports.share_of_single_calls(selection, ()) == 0
            assert uow.usage_reports.share_of_single_calls(selection, (), [selection.span]) == 0
