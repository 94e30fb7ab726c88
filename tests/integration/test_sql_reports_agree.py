"""PostgreSQL and memory answer alike, whatever the events and whatever the question."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.unit_of_work import InMemoryUnitsOfWork
from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.budgets.show_budget import DRIVERS
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.costing import CostSource
from domain.event import Status
from domain.period import Interval, Span, buckets, zone
from domain.report import (
    Dimension,
    EventFilter,
    EventSelection,
    EventSort,
    GroupBy,
    TagDimension,
)
from domain.usage.token_usage import TokenClass, TokenUsage
from domain.whole_series import whole_series
from tests.builders import NOW, a_cost, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

SPAN = Span(NOW - timedelta(hours=5), NOW)
#: Around the bounds of quarters, hours and days, and anywhere.
EDGES = st.one_of(
    st.integers(0, 200).map(lambda quarters: NOW - timedelta(minutes=15 * quarters)),
    st.timedeltas(timedelta(0), timedelta(hours=50)).map(lambda by: NOW - by),
)
SPANS = st.tuples(EDGES, EDGES).filter(lambda pair: pair[0] < pair[1]).map(lambda p: Span(*p))
WORDS = st.sampled_from(["", "a", "b", "B", "é", "🦊"])
SINGLE_OR_TAG = st.sampled_from([*Dimension, TagDimension("t"), TagDimension("u")])
DURATIONS = st.none() | st.integers(0, 50) | st.integers(0, 86_400_000)
FIELDS = st.fixed_dictionaries(
    {
        "timestamp": EDGES,
        "provider": WORDS.filter(bool),
        "model": WORDS.filter(bool),
        "project": st.none() | WORDS,
        "user": st.none() | WORDS,
        "status": st.sampled_from(Status),
        "latency_ms": DURATIONS,
        "time_to_first_token_ms": DURATIONS,
        "tags": st.dictionaries(st.sampled_from(["t", "u"]), WORDS, max_size=2),
        "usage": st.dictionaries(st.sampled_from(TokenClass), st.integers(0, 10**9)).map(
            TokenUsage
        ),
        "usd": st.none() | st.decimals(0, 3, places=20),
        "source": st.sampled_from([it for it in CostSource if it is not CostSource.UNPRICED]),
        "savings": st.none() | st.decimals(-3, 3, places=20),
    }
)


@pytest.fixture
def sql(database_url: str) -> Iterator[UnitsOfWork]:
    engine = create_pool(database_url)
    yield SqlUnitsOfWork(engine)
    engine.dispose()


def store(units_of_work: UnitsOfWork, key: ApiKey, calls: list[dict[str, Any]]) -> None:
    """Some of the calls are in the sums that are kept ready, and some wait."""
    events = [_event(key, number, call) for number, call in enumerate(calls)]
    half = len(events) // 2
    append(units_of_work, key, events[:half])
    with units_of_work() as uow:
        uow.rollups.add_waiting()
        uow.commit()
    append(units_of_work, key, events[half:])


def _event(key: ApiKey, number: int, call: dict[str, Any]) -> Any:
    usd, source, savings = call["usd"], call["source"], call["savings"]
    reported = {name: call[name] for name in call if name not in ("usd", "source", "savings")}
    source = CostSource.UNPRICED if usd is None else source
    cost = a_cost(usd if usd is None else str(usd), source=source, cache_savings_usd=savings)
    return an_event(key, id=f"call-{number}", cost=cost, **reported)


def answers(
    units_of_work: UnitsOfWork,
    selection: EventSelection,
    by: GroupBy,
    tz: str,
    interval: Interval = Interval.HOUR,
) -> dict[str, object]:
    """What a report, its chart, its groups and its pages show, without the tenant's own ids."""
    with units_of_work.report() as uow:
        reports = uow.usage_reports
        pieces = buckets(selection.span, interval, zone(tz))
        groups, fewer = (reports.groups(selection, by, most=most) for most in (None, 2))
        stacked = reports.series_of_groups(selection, by, pieces, most=2)
        assert list(whole_series(stacked, pieces)) == reports.series(selection, pieces)
        return {
            "measures": reports.measures(selection),
            "spent": reports.spent(selection),
            "tally": reports.tally(selection),
            "costliest": reports.costliest(selection, (*DRIVERS[:2], Dimension.USER), most=2),
            "levels": [reports.levels(selection, by, with_durations=yes) for yes in (True, False)]
            if Dimension.API_KEY not in by
            else None,
            "series": reports.series(selection, pieces),
            "series of groups": [each.points for each in stacked],
            "trends": reports.trends(selection, by, pieces)
            if Dimension.API_KEY not in by
            else None,
            "measures of groups": [row.measures for row in groups],
            "measures of few": [row.measures for row in fewer],
            "groups": [row.group for row in groups] if Dimension.API_KEY not in by else None,
            **{
                sort: [event.id for event in uow.events.page(selection, sort, limit=7)]
                for sort in EventSort
            },
        }


def test_reports_of_any_events_agree(sql: UnitsOfWork) -> None:
    @settings(max_examples=40, deadline=None)
    @given(
        calls=st.lists(FIELDS, max_size=25),
        by=st.lists(SINGLE_OR_TAG, min_size=1, max_size=2, unique=True).map(tuple),
        span=SPANS,
        only=st.dictionaries(st.sampled_from(Dimension), st.lists(WORDS, max_size=3).map(tuple)),
        tagged=st.dictionaries(st.sampled_from(["t", "u"]), st.lists(WORDS, max_size=3).map(tuple)),
        tz=st.sampled_from(["UTC", "Asia/Kathmandu", "Australia/Lord_Howe"]),
        interval=st.sampled_from([Interval.HOUR, Interval.DAY]),
    )
    def agree(
        calls: list[dict[str, Any]],
        by: GroupBy,
        span: Span,
        only: dict[Dimension, tuple[str, ...]],
        tagged: dict[str, tuple[str, ...]],
        tz: str,
        interval: Interval,
    ) -> None:
        found = []
        for units_of_work in (sql, InMemoryUnitsOfWork()):
            key = a_stored_key(units_of_work)
            store(units_of_work, key, calls)
            selection = EventSelection(
                organization_id=key.organization_id, span=span, filter=EventFilter(only, tagged)
            )
            found.append(answers(units_of_work, selection, by, tz, interval))
        assert found[0] == found[1]

    agree()


def test_reports_of_one_tag_agree(sql: UnitsOfWork) -> None:
    @settings(max_examples=40, deadline=None)
    @given(
        calls=st.lists(FIELDS, max_size=25),
        span=SPANS,
        tagged=st.none() | st.lists(WORDS, max_size=3),
        tz=st.sampled_from(["UTC", "Asia/Kathmandu"]),
    )
    def agree(calls: list[dict[str, Any]], span: Span, tagged: list[str] | None, tz: str) -> None:
        found = []
        chosen = EventFilter(tags={} if tagged is None else {"t": tuple(tagged)})
        for units_of_work in (sql, InMemoryUnitsOfWork()):
            key = a_stored_key(units_of_work)
            store(units_of_work, key, calls)
            selection = EventSelection(
                organization_id=key.organization_id, span=span, filter=chosen
            )
            found.append(answers(units_of_work, selection, (TagDimension("t"),), tz))
        assert found[0] == found[1]

    agree()


#: Of two months, on the bounds of days and between them.
LATELY = st.one_of(
    st.integers(0, 60).map(lambda days: NOW.replace(hour=0) - timedelta(days=days)),
    st.timedeltas(timedelta(0), timedelta(days=60)).map(lambda by: NOW - by),
)


def test_the_costliest_users_and_values_over_weeks_agree(sql: UnitsOfWork) -> None:
    @settings(max_examples=60, deadline=None)
    @given(
        calls=st.lists(FIELDS.flatmap(_lately), max_size=25),
        by=st.sampled_from([Dimension.USER, TagDimension("t")]),
        ends=st.tuples(LATELY, LATELY).filter(lambda pair: pair[0] < pair[1]),
        tz=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
    )
    def agree(
        calls: list[dict[str, Any]],
        by: Dimension | TagDimension,
        ends: tuple[datetime, datetime],
        tz: str,
    ) -> None:
        found = []
        for units_of_work in (sql, InMemoryUnitsOfWork()):
            key = a_stored_key(units_of_work)
            store(units_of_work, key, calls)
            selection = EventSelection(organization_id=key.organization_id, span=Span(*ends))
            found.append(answers(units_of_work, selection, (by,), tz, Interval.DAY))
        assert found[0] == found[1]

    agree()


def _lately(call: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return LATELY.map(lambda moment: {**call, "timestamp": moment})


#: What sums are kept of for a tag's values, in every order that a report may ask.
OF_A_VALUE = st.lists(
    st.sampled_from([Dimension.PROVIDER, Dimension.MODEL, TagDimension("t")]),
    max_size=3,
    unique=True,
).map(tuple)


def test_reports_of_a_tags_values_by_model_agree_in_days_of_any_zone(sql: UnitsOfWork) -> None:
    @settings(max_examples=60, deadline=None)
    @given(
        calls=st.lists(FIELDS, max_size=25),
        by=OF_A_VALUE,
        span=SPANS,
        only=st.dictionaries(
            st.sampled_from([Dimension.PROVIDER, Dimension.MODEL]),
            st.lists(WORDS, max_size=3).map(tuple),
        ),
        tagged=st.lists(WORDS, max_size=3),
        tz=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu"]),
        interval=st.sampled_from([Interval.HOUR, Interval.DAY]),
    )
    def agree(
        calls: list[dict[str, Any]],
        by: GroupBy,
        span: Span,
        only: dict[Dimension, tuple[str, ...]],
        tagged: list[str],
        tz: str,
        interval: Interval,
    ) -> None:
        found = []
        for units_of_work in (sql, InMemoryUnitsOfWork()):
            key = a_stored_key(units_of_work)
            store(units_of_work, key, calls)
            selection = EventSelection(
                organization_id=key.organization_id,
                span=span,
                filter=EventFilter(only, {"t": tuple(tagged)}),
            )
            found.append(answers(units_of_work, selection, by, tz, interval))
        assert found[0] == found[1]

    agree()


def test_an_exact_sum_is_not_a_sum_of_floats(sql: UnitsOfWork) -> None:
    key = a_stored_key(sql)
    tiny = [an_event(key, cost=a_cost("0.000000000000000000001")) for _ in range(10)]
    append(sql, key, [*tiny, an_event(key, cost=a_cost("999999999"))])
    with sql() as uow:
        spent = uow.usage_reports.spent(
            EventSelection(organization_id=key.organization_id, span=SPAN)
        )
    assert spent == Decimal("999999999.00000000000000000001")
