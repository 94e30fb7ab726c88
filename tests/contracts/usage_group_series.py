"""What every source of usage reports promises about the series of groups."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.money import exact_sum
from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, EventSelection, GroupBy, GroupSeries, TagDimension
from tests.builders import NOW, a_cost, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

DAY = timedelta(days=1)
SPAN = Span(NOW - 3 * DAY, NOW)
DAYS = [Span(NOW - age * DAY, NOW - (age - 1) * DAY) for age in (3, 2, 1)]
BY_PROJECT = (Dimension.PROJECT,)


def series(
    units_of_work: UnitsOfWork,
    key: ApiKey,
    by: GroupBy = BY_PROJECT,
    pieces: list[Span] = DAYS,
    most: int = 6,
) -> list[GroupSeries]:
    selection = EventSelection(organization_id=key.organization_id, span=SPAN)
    with units_of_work.report() as uow:
        return uow.usage_reports.series_of_groups(selection, by, pieces, most=most)


def costs(found: list[GroupSeries]) -> list[tuple[Any, list[Any]]]:
    return [(each.group, [point.cost_usd for point in each.points]) for each in found]


def spend(
    units_of_work: UnitsOfWork, key: ApiKey, project: str | None, *usd_of_days: str | None
) -> None:
    """A call in the middle of each of the three days; ``-`` makes none, None an unknown cost."""
    calls = [
        an_event(key, project=project, timestamp=day.start + DAY / 2, cost=a_cost(usd))
        for day, usd in zip(DAYS, usd_of_days, strict=True)
        if usd != "-"
    ]
    append(units_of_work, key, calls)


class UsageGroupSeriesContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    def test_no_calls_make_no_series(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        assert series(units_of_work, key) == []

    def test_each_group_has_a_point_in_every_bucket_the_costliest_group_first(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        spend(units_of_work, key, "cheap", "1", "-", "2")
        spend(units_of_work, key, "dear", "-", "5", "-")
        found = series(units_of_work, key)
        assert costs(found) == [(("dear",), [0, 5, 0]), (("cheap",), [1, 0, 2])]
        assert [point.span for point in found[0].points] == DAYS
        assert [(each.cost_usd, each.calls) for each in found] == [(Decimal(5), 1), (Decimal(3), 2)]

    def test_a_group_without_a_known_cost_is_last_and_not_free(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        spend(units_of_work, key, "unknown", None, None, "-")
        spend(units_of_work, key, "free", "0", "-", "-")
        spend(units_of_work, key, "partly", None, "1", "-")
        found = series(units_of_work, key)
        assert costs(found) == [
            (("partly",), [None, 1, 0]),
            (("free",), [0, 0, 0]),
            (("unknown",), [None, None, 0]),
        ]
        assert [each.cost_usd for each in found] == [Decimal(1), Decimal(0), None]

    def test_groups_of_equal_cost_come_by_code_points_and_those_without_a_value_last(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        for project in (None, "é", "b", "", "B", "🦊"):
            spend(units_of_work, key, project, "1", "-", "-")
        found = series(units_of_work, key)
        assert [each.group[0] for each in found] == ["", "B", "b", "é", "🦊", None]

    def test_what_there_is_no_room_for_is_one_series_at_the_end(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        for project, usd in (("a", "9"), (None, "8"), ("c", "1"), ("d", "2"), ("e", None)):
            spend(units_of_work, key, project, usd, "-", "1")
        found = series(units_of_work, key, most=2)
        assert costs(found) == [(("a",), [9, 0, 1]), ((None,), [8, 0, 1]), ((None,), [3, 0, 3])]
        assert [each.is_overflow for each in found] == [False, False, True]
        assert [point.calls for point in found[-1].points] == [3, 0, 3]

    def test_as_many_groups_as_there_is_room_for_leave_no_others(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        for project in ("a", "b"):
            spend(units_of_work, key, project, "1", "1", "1")
        assert [each.is_overflow for each in series(units_of_work, key, most=2)] == [False, False]

    @pytest.mark.parametrize(
        "by",
        [
            (Dimension.PROVIDER, Dimension.MODEL),
            (Dimension.API_KEY,),
            (Dimension.USER,),
            (TagDimension("team"),),
        ],
    )
    @pytest.mark.parametrize("tz", ["UTC", "Asia/Kathmandu"])
    def test_all_series_together_are_the_series_of_everything(
        self, units_of_work: UnitsOfWork, key: ApiKey, by: GroupBy, tz: str
    ) -> None:
        pieces = buckets(SPAN, Interval.DAY, zone(tz))
        calls = [
            an_event(
                key,
                timestamp=SPAN.start + number * timedelta(hours=3, minutes=7),
                provider=f"p{number % 4}",
                model=f"m{number % 3}",
                user=f"u{number % 5}",
                tags={"team": f"t{number % 7}"},
                cost=a_cost(f"0.{number:018d}" if number % 6 else None),
            )
            for number in range(23)
        ]
        append(units_of_work, key, calls)
        found = series(units_of_work, key, by, pieces, most=3)
        selection = EventSelection(organization_id=key.organization_id, span=SPAN)
        with units_of_work.report() as uow:
            whole = uow.usage_reports.series(selection, pieces)
            groups = uow.usage_reports.groups(selection, by)
        shown = [row.group for row in groups[:3]]
        assert [each.group for each in found if not each.is_overflow] == shown
        for number, point in enumerate(whole):
            parts = [each.points[number] for each in found]
            assert exact_sum(part.cost_usd or Decimal(0) for part in parts) == point.cost_usd
            assert sum(part.calls for part in parts) == point.calls
            assert sum(part.tokens for part in parts) == point.tokens

    def test_another_organization_sees_none_of_it(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        spend(units_of_work, key, "secret", "1", "1", "1")
        assert series(units_of_work, a_stored_key(units_of_work)) == []
