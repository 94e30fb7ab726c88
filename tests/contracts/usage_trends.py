"""What every source of usage reports promises about the costs of groups over time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, EventSelection, TagDimension
from tests.builders import a_cost, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

SPAN = Span(datetime(2026, 10, 1, 10, 20, tzinfo=UTC), datetime(2026, 10, 4, 8, tzinfo=UTC))
BY_MODEL = (Dimension.PROVIDER, Dimension.MODEL)


class UsageTrendsContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    @pytest.fixture
    def selection(self, key: ApiKey) -> EventSelection:
        return EventSelection(organization_id=key.organization_id, span=SPAN)

    @pytest.mark.parametrize("name", ["UTC", "Asia/Kathmandu"])
    def test_every_group_has_a_cost_for_each_bucket_and_none_where_it_is_unknown(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection, name: str
    ) -> None:
        days = buckets(SPAN, Interval.DAY, zone(name))
        calls = [("a", 0, "1"), ("a", 0, "0.5"), ("a", 2, None), ("b", 3, "2"), ("b", 3, None)]
        append(
            units_of_work,
            key,
            [
                an_event(key, model=model, timestamp=days[day].start, cost=a_cost(usd))
                for model, day, usd in calls
            ],
        )
        with units_of_work.report() as uow:
            found = uow.usage_reports.trends(selection, (Dimension.MODEL,), days)
        zero = Decimal(0)
        assert found == {
            ("a",): [Decimal("1.5"), zero, None, zero],
            ("b",): [zero, zero, zero, Decimal(2)],
        }

    @pytest.mark.parametrize("by", [BY_MODEL, (TagDimension("team"),)], ids=str)
    def test_trends_add_up_to_the_groups(
        self,
        units_of_work: UnitsOfWork,
        key: ApiKey,
        selection: EventSelection,
        by: tuple[Dimension | TagDimension, ...],
    ) -> None:
        append(
            units_of_work,
            key,
            [
                an_event(
                    key,
                    model=f"m{number % 3}",
                    tags={"team": f"t{number % 2}"},
                    timestamp=SPAN.start + number * timedelta(hours=3),
                    cost=a_cost(f"0.{number:03d}"),
                )
                for number in range(20)
            ],
        )
        days = buckets(SPAN, Interval.DAY, UTC)
        with units_of_work.report() as uow:
            trends = uow.usage_reports.trends(selection, by, days)
            rows = uow.usage_reports.groups(selection, by)
        sums = {group: sum(cost or 0 for cost in costs) for group, costs in trends.items()}
        assert sums == {row.group: row.measures.cost_usd for row in rows}

    def test_nobody_sees_the_trends_of_another_organization(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        append(units_of_work, key, [an_event(key, timestamp=SPAN.start)])
        other = EventSelection(
            organization_id=a_stored_key(units_of_work).organization_id, span=SPAN
        )
        with units_of_work.report() as uow:
            assert uow.usage_reports.trends(other, BY_MODEL, [SPAN]) == {}
