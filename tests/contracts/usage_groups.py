"""What every source of usage reports promises about groups."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.event import Status
from domain.money import exact_sum
from domain.period import Span
from domain.report import (
    Coverage,
    Dimension,
    Distribution,
    EventFilter,
    EventSelection,
    GroupBy,
    GroupRow,
    TagDimension,
)
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.builders import NOW, a_cost, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

DAY = Span(NOW - timedelta(days=1), NOW)
OPTIONAL = [Dimension.PROJECT, Dimension.ENVIRONMENT, Dimension.USER, Dimension.OPERATION]
FEATURE = TagDimension("feature")


def groups(
    units_of_work: UnitsOfWork,
    key: ApiKey,
    by: GroupBy,
    chosen: EventFilter | None = None,
    most: int | None = None,
) -> list[GroupRow]:
    selection = EventSelection(
        organization_id=key.organization_id, span=DAY, filter=chosen or EventFilter()
    )
    with units_of_work.report() as uow:
        return uow.usage_reports.groups(selection, by, most=most)


def costs(rows: list[GroupRow]) -> list[tuple[tuple[str | None, ...], Decimal | None]]:
    return [(row.group, row.measures.cost_usd) for row in rows]


class UsageGroupsContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    def test_no_calls_make_no_groups(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        assert groups(units_of_work, key, (Dimension.MODEL,)) == []

    @pytest.mark.parametrize("dimension", [Dimension.PROVIDER, Dimension.MODEL, *OPTIONAL])
    def test_each_dimension_makes_groups(
        self, units_of_work: UnitsOfWork, key: ApiKey, dimension: Dimension
    ) -> None:
        for value, usd in (("cheap", "1"), ("dear", "5"), ("cheap", "2")):
            fields: dict[str, Any] = {dimension: value, "cost": a_cost(usd)}
            append(units_of_work, key, [an_event(key, **fields)])
        rows = groups(units_of_work, key, (dimension,))
        assert costs(rows) == [(("dear",), Decimal(5)), (("cheap",), Decimal(3))]

    @pytest.mark.parametrize("dimension", OPTIONAL)
    def test_calls_without_a_value_are_a_group_of_their_own(
        self, units_of_work: UnitsOfWork, key: ApiKey, dimension: Dimension
    ) -> None:
        for value, usd in ((None, "1"), ("", "5"), (None, "2")):
            fields: dict[str, Any] = {dimension: value, "cost": a_cost(usd)}
            append(units_of_work, key, [an_event(key, **fields)])
        rows = groups(units_of_work, key, (dimension,))
        assert costs(rows) == [(("",), Decimal(5)), ((None,), Decimal(3))]

    def test_calls_are_grouped_by_status(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        events = [
            an_event(key, status=Status.ERROR, cost=a_cost("0")),
            an_event(key, cost=a_cost("1")),
        ]
        append(units_of_work, key, events)
        rows = groups(units_of_work, key, (Dimension.STATUS,))
        assert [(row.group, row.measures.errors) for row in rows] == [
            (("success",), 0),
            (("error",), 1),
        ]

    def test_calls_are_grouped_by_key(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        with units_of_work() as uow:
            organization = uow.organizations.get(key.organization_id)
        second = a_stored_key(units_of_work, organization)
        events = [an_event(key, cost=a_cost("1")), an_event(second, cost=a_cost("2"))]
        append(units_of_work, key, events)
        rows = groups(units_of_work, key, (Dimension.API_KEY,))
        assert costs(rows) == [((second.id,), Decimal(2)), ((key.id,), Decimal(1))]

    @pytest.mark.parametrize("name", ["feature", "a.b", "søk 🦊", "'\"\\", "%(x)s", "0", ""])
    def test_calls_are_grouped_by_a_tag_whatever_its_name(
        self, units_of_work: UnitsOfWork, key: ApiKey, name: str
    ) -> None:
        tags = [{name: "x", "other": "y"}, {}, {name: ""}, {"other": "x"}, {name: "x"}]
        events = [an_event(key, tags=each, cost=a_cost("1")) for each in tags]
        append(units_of_work, key, events)
        rows = groups(units_of_work, key, (TagDimension(name),))
        assert costs(rows) == [(("x",), Decimal(2)), ((None,), Decimal(2)), (("",), Decimal(1))]

    @pytest.mark.parametrize("name", ["\0", "\ud800", "unknown"])
    def test_a_tag_that_nobody_can_have_makes_one_group(
        self, units_of_work: UnitsOfWork, key: ApiKey, name: str
    ) -> None:
        append(units_of_work, key, [an_event(key, tags={"feature": "x"}), an_event(key)])
        (row,) = groups(units_of_work, key, (TagDimension(name),))
        assert (row.group, row.measures.calls) == ((None,), 2)

    def test_a_pair_makes_a_group_of_each_combination_that_occurs(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        calls = [("openai", "a", "1"), ("azure", "a", "2"), ("openai", "b", "4")]
        for provider, model, usd in calls:
            event = an_event(key, provider=provider, model=model, cost=a_cost(usd))
            append(units_of_work, key, [event])
        rows = groups(units_of_work, key, (Dimension.PROVIDER, Dimension.MODEL))
        assert costs(rows) == [
            (("openai", "b"), Decimal(4)),
            (("azure", "a"), Decimal(2)),
            (("openai", "a"), Decimal(1)),
        ]

    def test_a_pair_may_be_of_tags_and_dimensions(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        events = [
            an_event(key, tags={"feature": "x", "team": "t"}, cost=a_cost("1")),
            an_event(key, tags={"feature": "x"}, cost=a_cost("2")),
        ]
        append(units_of_work, key, events)
        by_tags = groups(units_of_work, key, (FEATURE, TagDimension("team")))
        assert costs(by_tags) == [(("x", None), Decimal(2)), (("x", "t"), Decimal(1))]
        mixed = groups(units_of_work, key, (Dimension.API_KEY, FEATURE))
        assert costs(mixed) == [((key.id, "x"), Decimal(3))]

    def test_the_costliest_come_first_unknown_last_and_ties_by_their_bytes(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        tied = ["", "B", "a", "a b", "ab", "é", "🦊", None]
        for project in reversed(tied):
            append(units_of_work, key, [an_event(key, project=project, cost=a_cost("1"))])
        append(units_of_work, key, [an_event(key, project="unknown", cost=a_cost(None))])
        append(units_of_work, key, [an_event(key, project="also", cost=a_cost(None))])
        append(units_of_work, key, [an_event(key, project="free", cost=a_cost("0"))])
        append(units_of_work, key, [an_event(key, project="zzz", cost=a_cost("1.000000001"))])
        rows = groups(units_of_work, key, (Dimension.PROJECT,))
        expected = ["zzz", *tied, "free", "also", "unknown"]
        assert [row.group for row in rows] == [(project,) for project in expected]

    def test_ties_of_pairs_go_by_the_first_value_and_then_the_second(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        expected = [("a", "b"), ("a", None), ("b", "a"), (None, "a"), (None, None)]
        for project, feature in reversed(expected):
            tags = {} if feature is None else {"feature": feature}
            append(units_of_work, key, [an_event(key, project=project, tags=tags)])
        rows = groups(units_of_work, key, (Dimension.PROJECT, FEATURE))
        assert [row.group for row in rows] == expected

    def test_a_group_has_all_the_measures(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        events = [
            an_event(
                key,
                project="x",
                latency_ms=latency,
                time_to_first_token_ms=latency,
                usage=TokenUsage({TokenClass.OUTPUT: latency}),
                cost=a_cost("0.1", cache_savings_usd=Decimal("0.01")),
            )
            for latency in (10, 30)
        ]
        append(units_of_work, key, [*events, an_event(key, project="y", latency_ms=1)])
        found = groups(units_of_work, key, (Dimension.PROJECT,))[0].measures
        assert (found.cost_usd, found.cache_savings_usd) == (Decimal("0.2"), Decimal("0.02"))
        assert found.latency_ms == found.time_to_first_token_ms == Distribution(20.0, 10, 30, 30)
        assert (found.tokens, found.coverage) == ({TokenClass.OUTPUT: 40}, Coverage(priced=2))

    def test_the_groups_add_up_to_the_total(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        events = [
            an_event(key, project=f"project-{number % 7}", cost=a_cost(f"0.{number:018d}"))
            for number in range(50)
        ]
        append(units_of_work, key, events)
        rows = groups(units_of_work, key, (Dimension.PROJECT,))
        known = [row.measures.cost_usd for row in rows if row.measures.cost_usd is not None]
        assert len(known) == 7
        selection = EventSelection(organization_id=key.organization_id, span=DAY)
        with units_of_work() as uow:
            assert exact_sum(known) == uow.usage_reports.spent(selection)

    def test_groups_hold_only_what_passes_the_filter(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        for feature, team in (("x", "a"), ("y", "a"), ("x", "b")):
            tags = {"feature": feature, "team": team}
            append(units_of_work, key, [an_event(key, tags=tags, cost=a_cost("1"))])
        chosen = EventFilter(tags={"feature": ("x",)})
        rows = groups(units_of_work, key, (TagDimension("team"),), chosen)
        assert costs(rows) == [(("a",), Decimal(1)), (("b",), Decimal(1))]
        same_tag = groups(units_of_work, key, (FEATURE,), chosen)
        assert costs(same_tag) == [(("x",), Decimal(2))]

    def test_another_organization_has_no_groups(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        append(units_of_work, key, [an_event(key)])
        stranger = a_stored_key(units_of_work)
        assert groups(units_of_work, stranger, (Dimension.MODEL,)) == []

    @pytest.mark.parametrize("by", [(Dimension.PROJECT,), (Dimension.USER,), (FEATURE,)], ids=str)
    def test_values_beyond_the_most_are_one_row_at_the_end_and_none_is_lost(
        self, units_of_work: UnitsOfWork, key: ApiKey, by: GroupBy
    ) -> None:
        events = [
            an_event(
                key,
                project=f"p{number}",
                user=f"u{number}",
                tags={"feature": f"f{number}"},
                cost=a_cost(None if number == 3 else str(number)),
                latency_ms=10 * number,
                status=Status.ERROR if number % 2 else Status.SUCCESS,
                usage=TokenUsage(tokens={TokenClass.INPUT: 7}),
            )
            for number in range(10)
        ]
        append(units_of_work, key, events)
        everything = groups(units_of_work, key, by)
        assert len(everything) == 10
        assert groups(units_of_work, key, by, most=10) == everything
        *first, others = groups(units_of_work, key, by, most=4)
        assert first == everything[:4]
        assert (others.group, others.is_overflow) == ((None,), True)
        # 0, 1, 2, 4 and 5, and 3, whose cost is not known.
        assert others.measures.cost_usd == 12
        assert (others.measures.calls, others.measures.errors) == (6, 3)
        assert others.measures.tokens == {TokenClass.INPUT: 42}
        assert others.measures.latency_ms == Distribution(25, 20, 50, 50)
        assert others.measures.coverage.unpriced == 1

    def test_others_of_whom_nothing_is_known_cost_nothing_known(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        calls = [an_event(key, user=f"u{n}", cost=a_cost(None)) for n in range(3)]
        append(units_of_work, key, calls)
        others = groups(units_of_work, key, (Dimension.USER,), most=1)[1]
        assert (others.measures.calls, others.measures.cost_usd) == (2, None)
