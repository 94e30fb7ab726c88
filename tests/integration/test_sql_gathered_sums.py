"""What is gathered of sums is read in their place, and never tells anything else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from adapters.memory.clock import ManualClock
from adapters.memory.unit_of_work import InMemoryUnitsOfWork
from adapters.sql import gathering
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.ports.unit_of_work import UnitsOfWork
from application.rollups.gather_sums import GatherSums
from domain.api_key import ApiKey
from domain.event import Event
from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, EventSelection, GroupBy, GroupSeries, TagDimension
from domain.rollup import EPOCH, Breakdown, Tier, days_over, weeks_over
from tests.builders import a_cost, an_event, an_id
from tests.contracts.event_storage import add_waiting, close_weeks, gather
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.integration.test_sql_rollups import differences, reprice
from tests.integration.test_sql_tag_rollups import limited

#: On a Tuesday.
NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
WEEKS, DAYS = weeks_over(NOW), days_over(NOW)
BY_USER, BY_TAG = (Dimension.USER,), (TagDimension("team"),)
#: The widths of what is gathered of a call by user, and by tag.
TIERS = {
    breakdown: [tier for tier in Tier if breakdown.finest <= tier <= breakdown.coarsest]
    for breakdown in (Breakdown.USER, Breakdown.TAG)
}
Bucket = tuple[str, int, datetime]


@pytest.fixture(autouse=True)
def _any_number_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "LEAST", 1)
    monkeypatch.setattr(gathering, "MOST", 10_000)


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    return a_stored_key(units_of_work)


def a_call(
    key: ApiKey, at: datetime, name: str | None, usd: str | None, id_: str | None = None
) -> Event:
    tags = {} if name is None else {"team": name}
    return an_event(key, id=id_ or an_id(), timestamp=at, user=name, tags=tags, cost=a_cost(usd))


def of_ten_weeks(key: ApiKey) -> list[Event]:
    """A call a day of each of three, who cost more and more."""
    return [
        a_call(key, NOW - timedelta(days=day, hours=1), name, usd)
        for day in range(70)
        for name, usd in (("cheap", "1"), ("dear", "3"), ("middling", "2"))
    ]


def store(units_of_work: SqlUnitsOfWork, key: ApiKey, events: list[Event]) -> None:
    append(units_of_work, key, events)
    add_waiting(units_of_work)


@pytest.fixture
def gathered_calls(units_of_work: SqlUnitsOfWork, key: ApiKey) -> list[Event]:
    events = of_ten_weeks(key)
    store(units_of_work, key, events)
    close_weeks(units_of_work, WEEKS)
    gather(units_of_work, DAYS)
    return events


def stacked(
    units_of_work: UnitsOfWork, key: ApiKey, by: GroupBy, span: Span, tz: str, most: int = 2
) -> list[GroupSeries]:
    selection = EventSelection(organization_id=key.organization_id, span=span)
    pieces = buckets(span, Interval.DAY, zone(tz))
    with units_of_work.report() as uow:
        return uow.usage_reports.series_of_groups(selection, by, pieces, most=most)


def last(days: int) -> Span:
    return Span(NOW - timedelta(days=days), NOW)


def kept(database_url: str) -> set[Bucket]:
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT breakdown, tier, start FROM gathered_sums").fetchall()
    assert len(set(found)) == len(found)
    return {(breakdown, tier, start) for breakdown, tier, start in found}


def buckets_of(*moments: datetime) -> set[Bucket]:
    """All that may be gathered of calls at these moments."""
    return {
        (breakdown.value, int(tier), moment - (moment - EPOCH) % tier.length)
        for moment in moments
        for breakdown, tiers in TIERS.items()
        for tier in tiers
    }


MOMENTS = st.one_of(
    st.integers(0, 70).map(lambda days: NOW.replace(hour=0, minute=0) - timedelta(days=days)),
    st.timedeltas(timedelta(0), timedelta(days=70)).map(lambda ago: NOW - ago),
)
CALLS = st.lists(
    st.tuples(
        MOMENTS,
        st.sampled_from(["a", "b", "c", "", "é", None]),
        st.none() | st.decimals(0, 3, places=20).map(str),
    ),
    max_size=20,
)


def test_charts_are_the_same_whatever_is_gathered(
    units_of_work: SqlUnitsOfWork, database_url: str
) -> None:
    """Of calls that were there when it was gathered, that came late, and that wait; and where some
    buckets among others are forgotten.
    """

    @settings(max_examples=80, deadline=None)
    @given(
        early=CALLS,
        late=CALLS,
        waiting=CALLS,
        by=st.sampled_from([BY_USER, BY_TAG]),
        ends=st.tuples(MOMENTS, MOMENTS).filter(lambda pair: pair[0] < pair[1]),
        tz=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu"]),
        most=st.integers(1, 3),
        gone=st.integers(1, 5),
    )
    def agree(
        early: list[Any],
        late: list[Any],
        waiting: list[Any],
        by: GroupBy,
        ends: tuple[datetime, datetime],
        tz: str,
        most: int,
        gone: int,
    ) -> None:
        in_memory = InMemoryUnitsOfWork()
        of_memory, key = a_stored_key(in_memory), a_stored_key(units_of_work)
        calls = [*early, *late, *waiting]
        append(in_memory, of_memory, _numbered(of_memory, calls))
        stored = _numbered(key, calls)
        store(units_of_work, key, stored[: len(early)])
        close_weeks(units_of_work, WEEKS)
        gather(units_of_work, DAYS)
        store(units_of_work, key, stored[len(early) : len(early) + len(late)])
        _forget_one_of(gone, database_url)
        append(units_of_work, key, stored[len(early) + len(late) :])
        span = Span(*ends)
        expected = stacked(in_memory, of_memory, by, span, tz, most)
        assert stacked(units_of_work, key, by, span, tz, most) == expected
        assert differences(units_of_work, key) == []

    agree()


def _numbered(key: ApiKey, calls: list[Any]) -> list[Event]:
    return [
        a_call(key, at, name, usd, f"call-{number}") for number, (at, name, usd) in enumerate(calls)
    ]


def _forget_one_of(number: int, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        every = "DELETE FROM gathered_sums WHERE extract(epoch FROM start)::bigint / 3600 %% %s = 1"
        connection.execute(every, [number])


@pytest.mark.parametrize("by", [BY_USER, BY_TAG])
@pytest.mark.parametrize("tz", ["UTC", "Asia/Kathmandu"])
@pytest.mark.usefixtures("gathered_calls")
def test_what_is_gathered_is_read(
    units_of_work: SqlUnitsOfWork,
    key: ApiKey,
    database_url: str,
    by: GroupBy,
    tz: str,
) -> None:
    def costliest() -> list[str | None]:
        return [each.group[0] for each in stacked(units_of_work, key, by, last(60), tz, most=1)]

    assert costliest() == ["dear", None]
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """UPDATE gathered_sums SET names = array(SELECT CASE name
                WHEN 'dear' THEN 'cheap' WHEN 'cheap' THEN 'dear' ELSE name END
            FROM unnest(names) AS name)"""
        )
    assert costliest() == ["cheap", None]


def test_all_that_is_over_is_gathered_and_nothing_else(
    gathered_calls: list[Event], database_url: str
) -> None:
    first = gathered_calls[-1].reported.timestamp.replace(hour=0, minute=0)
    hours = [first + timedelta(hours=hour) for hour in range(71 * 24)]
    ends = {tier: WEEKS if tier > Tier.DAY else DAYS for tier in Tier}
    assert kept(database_url) == {
        (breakdown, tier, start)
        for breakdown, tier, start in buckets_of(*hours)
        if start + Tier(tier).length <= ends[Tier(tier)]
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda units_of_work, key, event: store(
            units_of_work, key, [a_call(key, event.reported.timestamp, "late", "9")]
        ),
        lambda units_of_work, key, event: reprice(units_of_work, key, [event], "9"),
    ],
    ids=["a call that comes late", "a new cost"],
)
def test_what_changes_sums_forgets_the_buckets_that_it_is_in(
    units_of_work: SqlUnitsOfWork,
    key: ApiKey,
    gathered_calls: list[Event],
    database_url: str,
    change: Callable[[SqlUnitsOfWork, ApiKey, Event], None],
) -> None:
    before, event = kept(database_url), gathered_calls[60]
    change(units_of_work, key, event)
    assert before - kept(database_url) == buckets_of(event.reported.timestamp) & before
    assert kept(database_url) < before
    assert differences(units_of_work, key) == []


def test_what_was_forgotten_is_gathered_on_the_next_day(
    units_of_work: SqlUnitsOfWork, key: ApiKey, gathered_calls: list[Event], database_url: str
) -> None:
    before = kept(database_url)
    reprice(units_of_work, key, gathered_calls[30:90], "9")
    forgotten = before - kept(database_url)
    assert forgotten
    gather(units_of_work, DAYS)
    assert not kept(database_url) & forgotten
    gather(units_of_work, DAYS + Tier.DAY.length)
    assert kept(database_url) > before
    assert differences(units_of_work, key) == []


@pytest.mark.usefixtures("gathered_calls")
def test_when_sums_are_made_anew_all_is_gathered_anew(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    before = kept(database_url)
    with units_of_work() as uow:
        uow.rollups.rebuild(key.organization_id)
        uow.commit()
    assert kept(database_url) == set()
    gather(units_of_work, DAYS)
    assert kept(database_url) == before


@pytest.mark.parametrize(
    "damage",
    [
        "cost_usd[1] = 7",
        "unpriced_calls[1] = 7",
        """names = names[2:], calls = calls[2:], cost_usd = cost_usd[2:],
            unpriced_calls = unpriced_calls[2:]""",
        "names[1] = 'somebody'",
        "names[1] = NULL",
    ],
)
@pytest.mark.usefixtures("gathered_calls")
def test_a_copy_that_is_wrong_is_named_and_repaired(
    units_of_work: SqlUnitsOfWork,
    key: ApiKey,
    database_url: str,
    damage: LiteralString,
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            sql.SQL("UPDATE gathered_sums SET {} WHERE tier = 2 AND start = %s").format(
                sql.SQL(damage)
            ),
            [DAYS - timedelta(days=9)],
        )
    found = differences(units_of_work, key)
    assert {each.breakdown for each in found} == {Breakdown.USER, Breakdown.TAG}
    assert {each.tier for each in found} == {Tier.DAY}
    with units_of_work() as uow:
        uow.rollups.rebuild(key.organization_id)
        uow.commit()
    gather(units_of_work, DAYS)
    assert differences(units_of_work, key) == []


def test_of_few_users_and_of_few_values_nothing_is_gathered(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "LEAST", 4)
    store(units_of_work, key, of_ten_weeks(key))
    close_weeks(units_of_work, WEEKS)
    gather(units_of_work, DAYS)
    assert kept(database_url) == set()
    week = WEEKS - timedelta(days=1)
    store(units_of_work, key, [a_call(key, week, "a fourth", "1")])
    gather(units_of_work, DAYS + Tier.DAY.length)
    assert {breakdown for breakdown, _, _ in kept(database_url)} == {"user", "tag"}


@pytest.mark.usefixtures("gathered_calls")
def test_a_few_buckets_are_gathered_at_a_time(
    units_of_work: SqlUnitsOfWork,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_of_them = kept(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM gathered_sums WHERE tier > 1")
        connection.execute("UPDATE summed_weeks SET gathered_until = NULL")
    monkeypatch.setattr(gathering, "MOST", 7)
    before = len(kept(database_url))
    with units_of_work() as uow:
        assert uow.rollups.gather(DAYS)
        uow.commit()
    assert len(kept(database_url)) == before + 2 * 7
    gather(units_of_work, DAYS)
    assert kept(database_url) == all_of_them


def test_sums_that_somebody_else_is_changing_are_left_for_later(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    store(units_of_work, key, of_ten_weeks(key))
    close_weeks(units_of_work, WEEKS)
    with units_of_work() as somebody:
        somebody.rollups.rebuild(key.organization_id)
        with units_of_work() as uow:
            assert not uow.rollups.gather(DAYS)
    with units_of_work() as uow:
        assert uow.rollups.gather(DAYS)


def test_a_day_is_gathered_two_hours_after_its_end(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(units_of_work, key, of_ten_weeks(key))
    close_weeks(units_of_work, WEEKS)
    clock = ManualClock(DAYS + Tier.DAY.length + timedelta(minutes=119))
    gather_sums = GatherSums(units_of_work, clock)
    _until_done(gather_sums)
    today = ("user", int(Tier.DAY), DAYS)
    assert today not in kept(database_url)
    clock.advance(timedelta(minutes=1))
    _until_done(gather_sums)
    assert today in kept(database_url)


def _until_done(gather_sums: GatherSums) -> None:
    while gather_sums():
        pass


def test_values_beyond_the_most_are_one_of_the_others(
    units_of_work: SqlUnitsOfWork, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, tags=3, values=2)
    for name, usd in (("first", "1"), ("second", "2"), ("third", "9"), ("fourth", "8")):
        at = (NOW - timedelta(days=day, hours=1) for day in range(30))
        store(units_of_work, key, [a_call(key, moment, name, usd) for moment in at])
    close_weeks(units_of_work, WEEKS)
    before = stacked(units_of_work, key, BY_TAG, last(30), "Asia/Kathmandu", most=3)
    gather(units_of_work, DAYS)
    assert stacked(units_of_work, key, BY_TAG, last(30), "Asia/Kathmandu", most=3) == before
    assert sum((each.cost_usd or Decimal(0)) for each in before) == 20 * 30
