"""What was spent by provider, by model, or by any other dimension."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.reports.report_groups import GroupReport, ReportGroups, ReportGroupsRequest
from domain.errors import Invalid
from domain.report import Dimension, EventFilter, TagDimension
from tests.builders import NOW, a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
BY_PROJECT = ReportGroupsRequest(organization_id=KEY.organization_id, by=(Dimension.PROJECT,))


def report(world: World, request: ReportGroupsRequest = BY_PROJECT) -> GroupReport:
    return ReportGroups(world.units, world.clock)(request)


def test_without_calls_there_are_no_rows(world: World) -> None:
    assert report(world).rows == ()
    assert report(world).cost_usd == 0


def test_rows_come_costliest_first_and_unknown_costs_last(world: World) -> None:
    for project, usd in (("a", "1"), ("b", None), ("c", "0"), ("d", "2"), ("a", "2")):
        world.events(an_event(KEY, project=project, cost=a_cost(usd)))
    found = report(world)
    assert [(*row.group, row.measures.cost_usd) for row in found.rows] == [
        ("a", Decimal(3)),
        ("d", Decimal(2)),
        ("c", Decimal(0)),
        ("b", None),
    ]
    assert found.cost_usd == 5
    assert [found.share_of(row) for row in found.rows] == [0.6, 0.4, 0.0, None]


@pytest.mark.parametrize("usd", ["0", None])
def test_there_are_no_shares_of_nothing(world: World, usd: str | None) -> None:
    world.events(an_event(KEY, cost=a_cost(usd)))
    found = report(world)
    assert [found.share_of(row) for row in found.rows] == [None]


def test_calls_without_a_value_have_a_row_of_their_own(world: World) -> None:
    world.events(an_event(KEY), an_event(KEY), an_event(KEY, project=""))
    calls = {row.group: row.measures.calls for row in report(world).rows}
    assert calls == {(None,): 2, ("",): 1}


def test_calls_are_grouped_by_a_tag(world: World) -> None:
    for tags in ({"team": "a"}, {"team": "b"}, {"team": "a", "x": "y"}, {"x": "a"}):
        world.events(an_event(KEY, tags=tags))
    rows = report(world, replace(BY_PROJECT, by=(TagDimension("team"),))).rows
    assert {row.group: row.measures.calls for row in rows} == {("a",): 2, ("b",): 1, (None,): 1}


def test_calls_are_grouped_by_a_pair(world: World) -> None:
    for provider, model in (("openai", "m"), ("azure", "m"), ("openai", "n"), ("openai", "m")):
        world.events(an_event(KEY, provider=provider, model=model))
    by = (Dimension.PROVIDER, Dimension.MODEL)
    rows = report(world, replace(BY_PROJECT, by=by)).rows
    assert {row.group: row.measures.calls for row in rows} == {
        ("openai", "m"): 2,
        ("azure", "m"): 1,
        ("openai", "n"): 1,
    }


@pytest.mark.parametrize("dimension", Dimension)
def test_every_dimension_can_be_asked_for(world: World, dimension: Dimension) -> None:
    optional = ("project", "environment", "user", "operation", "session", "trace_id")
    named: dict[str, Any] = dict.fromkeys((*optional, "provider_request_id"), "x")
    world.events(an_event(KEY, **named))
    [row] = report(world, replace(BY_PROJECT, by=(dimension,))).rows
    assert row.group != (None,)


calls = st.lists(
    st.tuples(
        st.sampled_from([None, "a", "b", "c"]),
        st.none() | st.decimals(0, 100, places=18, allow_nan=False),
    ),
    max_size=15,
)


@given(calls)
def test_each_call_is_in_exactly_one_row_and_the_shares_are_the_whole(
    sent: list[tuple[str | None, Decimal | None]],
) -> None:
    world = World()
    for project, usd in sent:
        cost = a_cost(None if usd is None else str(usd))
        world.events(an_event(KEY, project=project, cost=cost))
    found = report(world)
    assert sum(row.measures.calls for row in found.rows) == len(sent)
    assert len({row.group for row in found.rows}) == len(found.rows)
    shares = [share for row in found.rows if (share := found.share_of(row)) is not None]
    assert sum(shares) == pytest.approx(1 if found.cost_usd else 0)


def test_a_range_a_filter_and_the_organization_narrow_the_rows(world: World) -> None:
    world.events(
        an_event(KEY, project="a", user="u1"),
        an_event(KEY, project="b", user="u2"),
        an_event(KEY, project="c", user="u1", timestamp=NOW - timedelta(days=40)),
        an_event(an_api_key(an_organization()), project="d", user="u1"),
    )
    request = replace(BY_PROJECT, filter=EventFilter({Dimension.USER: ("u1",)}))
    assert [row.group for row in report(world, request).rows] == [("a",)]


@pytest.mark.parametrize(
    "request_", [replace(BY_PROJECT, timezone="x"), replace(BY_PROJECT, start=NOW, end=NOW)]
)
def test_a_range_that_cannot_be_answered_is_refused(
    world: World, request_: ReportGroupsRequest
) -> None:
    with pytest.raises(Invalid):
        report(world, request_)
