"""What is gathered of sums is read in their place, and never tells anything else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from adapters.memory.clock import ManualClock
from adapters.sql import gathering
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.ports.unit_of_work import UnitsOfWork
from application.rollups.gather_sums import GatherSums
from domain.api_key import ApiKey
from domain.event import Event
from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, EventFilter, EventSelection, GroupBy, GroupSeries, TagDimension
from domain.rollup import EPOCH, Breakdown, Tier, days_over, weeks_over
from tests.builders import a_cost, an_event
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
KEPT = "SELECT breakdown, tier, start FROM gathered_sums WHERE organization_id = %s AND tag = %s"


@pytest.fixture(autouse=True)
def _any_number_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "LEAST", 1)
    monkeypatch.setattr(gathering, "MOST", 10_000)


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    return a_stored_key(units_of_work)


def a_call(key: ApiKey, at: datetime, name: str, usd: str) -> Event:
    return an_event(key, timestamp=at, user=name, tags={"team": name}, cost=a_cost(usd))


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
def other(units_of_work: SqlUnitsOfWork) -> ApiKey:
    """Of another organization."""
    return a_stored_key(units_of_work)


@pytest.fixture
def gathered_calls(units_of_work: SqlUnitsOfWork, key: ApiKey, other: ApiKey) -> list[Event]:
    """Those of one organization; the other has the same ones."""
    store(units_of_work, other, of_ten_weeks(other))
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


def kept(database_url: str, key: ApiKey) -> set[Bucket]:
    with psycopg.connect(database_url) as connection:
        return {
            (breakdown, tier, start)
            for tag in ("", "team")
            for breakdown, tier, start in connection.execute(KEPT, [key.organization_id, tag])
        }


def buckets_of(*moments: datetime) -> set[Bucket]:
    """All that may be gathered of calls at these moments."""
    return {
        (breakdown.value, int(tier), moment - (moment - EPOCH) % tier.length)
        for moment in moments
        for breakdown, tiers in TIERS.items()
        for tier in tiers
    }


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
    gathered_calls: list[Event], key: ApiKey, other: ApiKey, database_url: str
) -> None:
    first = gathered_calls[-1].reported.timestamp.replace(hour=0, minute=0)
    hours = [first + timedelta(hours=hour) for hour in range(71 * 24)]
    ends = {tier: WEEKS if tier > Tier.DAY else DAYS for tier in Tier}
    assert (
        kept(database_url, key)
        == kept(database_url, other)
        == {
            (breakdown, tier, start)
            for breakdown, tier, start in buckets_of(*hours)
            if start + Tier(tier).length <= ends[Tier(tier)]
        }
    )


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
    other: ApiKey,
    gathered_calls: list[Event],
    database_url: str,
    change: Callable[[SqlUnitsOfWork, ApiKey, Event], None],
) -> None:
    before, event = kept(database_url, key), gathered_calls[60]
    change(units_of_work, key, event)
    after = kept(database_url, key)
    assert before - after == buckets_of(event.reported.timestamp) & before
    assert after < before == kept(database_url, other)
    assert differences(units_of_work, key) == []


def test_what_was_forgotten_is_gathered_on_the_next_day(
    units_of_work: SqlUnitsOfWork, key: ApiKey, gathered_calls: list[Event], database_url: str
) -> None:
    before = kept(database_url, key)
    reprice(units_of_work, key, gathered_calls[30:90], "9")
    forgotten = before - kept(database_url, key)
    assert forgotten
    gather(units_of_work, DAYS)
    assert not kept(database_url, key) & forgotten
    gather(units_of_work, DAYS + Tier.DAY.length)
    assert kept(database_url, key) > before
    assert differences(units_of_work, key) == []


@pytest.mark.usefixtures("gathered_calls")
def test_when_sums_are_made_anew_all_is_gathered_anew(
    units_of_work: SqlUnitsOfWork, key: ApiKey, other: ApiKey, database_url: str
) -> None:
    before = kept(database_url, key)
    with units_of_work() as uow:
        uow.rollups.rebuild(key.organization_id)
        uow.commit()
    assert kept(database_url, key) == set()
    assert kept(database_url, other) == before
    gather(units_of_work, DAYS)
    assert kept(database_url, key) == before


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
    assert kept(database_url, key) == set()
    week = WEEKS - timedelta(days=1)
    store(units_of_work, key, [a_call(key, week, "a fourth", "1")])
    gather(units_of_work, DAYS + Tier.DAY.length)
    assert {breakdown for breakdown, _, _ in kept(database_url, key)} == {"user", "tag"}


@pytest.mark.usefixtures("gathered_calls")
def test_a_few_buckets_are_gathered_at_a_time(
    units_of_work: SqlUnitsOfWork,
    key: ApiKey,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_of_them = kept(database_url, key)
    with psycopg.connect(database_url) as connection:
        of_one = [key.organization_id]
        connection.execute(
            "DELETE FROM gathered_sums WHERE tier > 1 AND organization_id = %s", of_one
        )
        connection.execute(
            "UPDATE summed_weeks SET gathered_until = NULL WHERE organization_id = %s", of_one
        )
    monkeypatch.setattr(gathering, "MOST", 7)
    before = len(kept(database_url, key))
    with units_of_work() as uow:
        assert uow.rollups.gather(DAYS)
        uow.commit()
    assert len(kept(database_url, key)) == before + 2 * 7
    gather(units_of_work, DAYS)
    assert kept(database_url, key) == all_of_them


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
    assert today not in kept(database_url, key)
    clock.advance(timedelta(minutes=1))
    _until_done(gather_sums)
    assert today in kept(database_url, key)


def _until_done(gather_sums: GatherSums) -> None:
    while gather_sums():
        pass


def trend(
    units_of_work: SqlUnitsOfWork, key: ApiKey, span: Span, chosen: EventFilter = EventFilter()
) -> object:
    selection = EventSelection(organization_id=key.organization_id, span=span, filter=chosen)
    with units_of_work.report() as uow:
        return uow.usage_reports.trends(selection, BY_TAG, [span])


def test_values_beyond_the_most_are_one_of_the_others(
    units_of_work: SqlUnitsOfWork, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, tags=3, values=2)
    for name, usd in (("first", "1"), ("second", "2"), ("third", "9"), ("fourth", "8")):
        at = (NOW - timedelta(days=day, hours=1) for day in range(30))
        store(units_of_work, key, [a_call(key, moment, name, usd) for moment in at])
    close_weeks(units_of_work, WEEKS)
    before = stacked(units_of_work, key, BY_TAG, last(30), "Asia/Kathmandu", most=3)
    costs = trend(units_of_work, key, last(30))
    gather(units_of_work, DAYS)
    assert stacked(units_of_work, key, BY_TAG, last(30), "Asia/Kathmandu", most=3) == before
    assert trend(units_of_work, key, last(30)) == costs
    assert sum((each.cost_usd or Decimal(0)) for each in before) == 20 * 30


def test_a_filter_passes_none_of_the_others_that_are_gathered(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    store(units_of_work, key, of_ten_weeks(key))
    close_weeks(units_of_work, WEEKS)
    cheap = EventFilter(tags={"team": ("cheap",)})
    before = trend(units_of_work, key, last(30), cheap)
    gather(units_of_work, DAYS)
    assert trend(units_of_work, key, last(30), cheap) == before == {("cheap",): [Decimal(30)]}


def test_weeks_are_not_gathered_before_they_have_sums(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(units_of_work, key, of_ten_weeks(key))
    close_weeks(units_of_work, WEEKS - timedelta(weeks=3))
    gather(units_of_work, DAYS)
    last_week = ("user", int(Tier.WEEK), WEEKS - Tier.WEEK.length)
    assert last_week not in kept(database_url, key)
    close_weeks(units_of_work, WEEKS)
    gather(units_of_work, DAYS + Tier.DAY.length)
    assert last_week in kept(database_url, key)
    assert differences(units_of_work, key) == []


def test_sixteen_weeks_of_users_are_gathered(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    """In which one of them cost more than the other in all."""
    weeks = {"steady": range(40), "summer": range(13, 26)}
    usd = {"steady": "1", "summer": "5"}
    store(
        units_of_work,
        key,
        [
            a_call(key, NOW - timedelta(weeks=week), name, usd[name])
            for name, of_name in weeks.items()
            for week in of_name
        ],
    )
    close_weeks(units_of_work, WEEKS)
    before = stacked(units_of_work, key, BY_USER, last(39 * 7), "Asia/Kolkata", most=1)
    assert [(each.group[0], each.cost_usd) for each in before] == [
        ("summer", Decimal(65)),
        (None, Decimal(39)),
    ]
    gather(units_of_work, DAYS)
    assert int(Tier.SIXTEEN_WEEKS) in {tier for _, tier, _ in kept(database_url, key)}
    assert stacked(units_of_work, key, BY_USER, last(39 * 7), "Asia/Kolkata", most=1) == before


def test_a_sum_of_no_calls_is_not_gathered(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    """As pricing again may leave some."""
    store(units_of_work, key, of_ten_weeks(key))
    close_weeks(units_of_work, WEEKS)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE usage_rollups SET calls = 0 WHERE \"user\" = 'dear'")
        connection.execute(
            """UPDATE tag_rollups SET calls = 0 FROM tag_values AS v
            WHERE v.number = tag_rollups.number AND value = 'dear'"""
        )
    gather(units_of_work, DAYS)
    with psycopg.connect(database_url) as connection:
        names = connection.execute("SELECT DISTINCT unnest(names) FROM gathered_sums").fetchall()
    assert sorted(names) == [("cheap",), ("middling",)]
