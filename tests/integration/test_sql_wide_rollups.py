"""Sums by weeks, and of a tag whatever its value, are those of what they are made of."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import LiteralString

import psycopg
import pytest

from adapters.memory.clock import ManualClock
from adapters.sql.migrations import downgrade, upgrade
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.maintenance.keep_months import KeepMonths
from application.rollups.close_weeks import CloseWeeks
from domain.api_key import ApiKey
from domain.event import Event
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupRow, TagDimension
from domain.rollup import Tier, weeks_over
from tests.builders import a_cost, an_event
from tests.contracts.event_storage import add_waiting, close_weeks
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.integration.test_sql_rollups import differences, reprice
from tests.processes import eventually

#: On a Tuesday, in the last week of the second one of two times four weeks.
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TWICE_FOUR_WEEKS = Span(datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))
THREE_WEEKS = Span(datetime(2026, 11, 9, tzinfo=UTC), TWICE_FOUR_WEEKS.end)
#: What a row is of, and its sums; durations as they would be if those of a slot stood together.
ROWS: LiteralString = """
SELECT to_jsonb(r) - '{number,durations}'::text[] || to_jsonb(v) - '{number}'::text[],
    (SELECT jsonb_object_agg(slot, n) FROM (
        SELECT each & 1023 AS slot, sum(each >> 10) AS n FROM unnest(durations) AS each GROUP BY 1
    ) AS slots)
"""
WIDE_ROWS = f"{ROWS} FROM usage_rollups AS r, (SELECT) AS v WHERE tier >= 3"
QUARTER_ROWS = f"{ROWS} FROM usage_rollups AS r, (SELECT) AS v WHERE tier = 0"
TAG_ROWS = f"{ROWS} FROM tag_rollups AS r JOIN tag_values AS v USING (organization_id, number)"


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    return a_stored_key(units_of_work)


def some_events(key: ApiKey, number: int) -> list[Event]:
    """Of three users and nobody, one every thirty hours up to noon, some with a team."""
    return [
        an_event(
            key,
            timestamp=NOON - timedelta(hours=30 * each),
            # Savings that may be less than nothing, and come to nothing over a user's weeks.
            cost=a_cost(str(each + 1), cache_savings_usd=Decimal((-1) ** (each // 4))),
            user=(None, "ann", "bob", "cleo")[each % 4],
            tags=({}, {"team": "red"}, {"team": "blue", "feature": "chat"})[each % 3],
            latency_ms=50 * each,
        )
        for each in range(number)
    ]


def store(units_of_work: SqlUnitsOfWork, key: ApiKey, events: list[Event]) -> None:
    append(units_of_work, key, events)
    add_waiting(units_of_work)


def rows(database_url: str, statement: LiteralString) -> list[str]:
    with psycopg.connect(database_url) as connection:
        return sorted(map(str, connection.execute(statement).fetchall()))


def by_user(units_of_work: SqlUnitsOfWork, key: ApiKey) -> list[GroupRow]:
    return by(Dimension.USER, TWICE_FOUR_WEEKS, units_of_work, key)


def by(
    dimension: Dimension | TagDimension, span: Span, units_of_work: SqlUnitsOfWork, key: ApiKey
) -> list[GroupRow]:
    selection = EventSelection(organization_id=key.organization_id, span=span)
    with units_of_work.report() as uow:
        return uow.usage_reports.groups(selection, (dimension,))


def levels(units_of_work: SqlUnitsOfWork, key: ApiKey) -> list[list[GroupRow]]:
    selection = EventSelection(organization_id=key.organization_id, span=TWICE_FOUR_WEEKS)
    with units_of_work.report() as uow:
        return uow.usage_reports.levels(selection, (Dimension.PROVIDER, Dimension.MODEL))


def rebuild(units_of_work: SqlUnitsOfWork, key: ApiKey) -> None:
    with units_of_work() as uow:
        uow.rollups.rebuild(key.organization_id)
        uow.commit()


@pytest.mark.parametrize("statement", [WIDE_ROWS, QUARTER_ROWS, TAG_ROWS])
def test_the_upgrade_makes_the_sums_that_adding_calls_would_have_made(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str, statement: LiteralString
) -> None:
    store(units_of_work, key, some_events(key, 25))
    store(units_of_work, a_stored_key(units_of_work), [])
    # As the upgrade has it, which has no other clock.
    close_weeks(units_of_work, weeks_over(datetime.now(UTC)))
    added = rows(database_url, statement)
    assert added
    downgrade(database_url, "0017")
    assert rows(database_url, statement) != added
    upgrade(database_url)
    assert rows(database_url, statement) == added
    assert differences(units_of_work, key) == []


def test_the_upgrade_makes_weeks_of_utc_wherever_it_runs(
    units_of_work: SqlUnitsOfWork,
    key: ApiKey,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four weeks in which the clock is put back have an hour more there."""
    store(units_of_work, key, some_events(key, 25))
    close_weeks(units_of_work, datetime(2026, 11, 2, tzinfo=UTC))
    added = rows(database_url, TAG_ROWS)
    downgrade(database_url, "0019")
    with monkeypatch.context() as there:
        there.setenv("PGTZ", "Europe/Berlin")
        upgrade(database_url)
    assert rows(database_url, TAG_ROWS) == added
    assert differences(units_of_work, key) == []


def test_going_back_a_step_leaves_the_weeks_that_were_there(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(units_of_work, key, some_events(key, 25))
    downgrade(database_url, "0018")
    # Of users alone, from Saturday to Saturday.
    kept = """SELECT extract(dow FROM start), sum(calls), count(DISTINCT start) FROM usage_rollups
        WHERE tier > 2 AND breakdown = 'user' GROUP BY 1"""
    with psycopg.connect(database_url) as connection:
        assert connection.execute(kept).fetchall() == [(6, 25, 5)]
    upgrade(database_url)
    assert differences(units_of_work, key) == []


@pytest.mark.parametrize("statement", [WIDE_ROWS, TAG_ROWS])
def test_weeks_are_the_same_however_they_are_made(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str, statement: LiteralString
) -> None:
    """When they are over, week by week or at once; of calls that come later; or all anew."""
    events = some_events(key, 25)
    store(units_of_work, key, events[::2])
    close_weeks(units_of_work, TWICE_FOUR_WEEKS.start + timedelta(weeks=3))
    store(units_of_work, key, events[1::4])
    close_weeks(units_of_work, TWICE_FOUR_WEEKS.end)
    store(units_of_work, key, events[3::4])
    step_by_step = rows(database_url, statement)
    assert differences(units_of_work, key) == []
    rebuild(units_of_work, key)
    assert rows(database_url, statement) == step_by_step
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM usage_rollups WHERE tier > 2")
        connection.execute("DELETE FROM tag_rollups WHERE tier > 2")
        connection.execute("DELETE FROM summed_weeks")
    close_weeks(units_of_work, TWICE_FOUR_WEEKS.end)
    assert rows(database_url, statement) == step_by_step


def test_a_week_that_is_not_over_has_no_sums_of_its_own(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(units_of_work, key, some_events(key, 25))
    assert rows(database_url, WIDE_ROWS) == []
    before = by_user(units_of_work, key)
    last = TWICE_FOUR_WEEKS.end - timedelta(weeks=1)
    close_weeks(units_of_work, last)
    ends = """SELECT max(start + CASE tier WHEN 3 THEN interval '7 days'
        WHEN 4 THEN interval '28 days' ELSE interval '112 days' END) FROM usage_rollups
        WHERE tier > 2"""
    with psycopg.connect(database_url) as connection:
        assert connection.execute(ends).fetchall() == [(last,)]
    assert by_user(units_of_work, key) == before
    assert differences(units_of_work, key) == []


def test_weeks_are_closed_of_one_organization_after_the_other(
    units_of_work: SqlUnitsOfWork,
) -> None:
    a_stored_key(units_of_work)
    a_stored_key(units_of_work)
    clock = ManualClock(NOON)
    close = CloseWeeks(units_of_work, clock)
    assert [close() for _ in range(3)] == [True, True, False]
    clock.advance(timedelta(days=5))
    assert not close()
    clock.advance(timedelta(days=2))
    assert close()


@pytest.mark.parametrize(
    ("dimension", "span", "tier"),
    [
        (Dimension.USER, THREE_WEEKS, Tier.WEEK),
        (Dimension.MODEL, THREE_WEEKS, Tier.WEEK),
        (TagDimension("team"), THREE_WEEKS, Tier.WEEK),
        (Dimension.USER, TWICE_FOUR_WEEKS, Tier.FOUR_WEEKS),
        (Dimension.PROJECT, TWICE_FOUR_WEEKS, Tier.FOUR_WEEKS),
        (TagDimension("team"), TWICE_FOUR_WEEKS, Tier.FOUR_WEEKS),
    ],
)
def test_weeks_alone_tell_what_a_long_time_costs(
    units_of_work: SqlUnitsOfWork,
    key: ApiKey,
    database_url: str,
    dimension: Dimension | TagDimension,
    span: Span,
    tier: Tier,
) -> None:
    store(units_of_work, key, some_events(key, 20))
    close_weeks(units_of_work, TWICE_FOUR_WEEKS.end)
    before = by(dimension, span, units_of_work, key)
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM usage_rollups WHERE tier <> %s", [tier])
        connection.execute("DELETE FROM tag_rollups WHERE tier <> %s", [tier])
        connection.execute("DELETE FROM events")
    assert by(dimension, span, units_of_work, key) == before
    assert sum(row.measures.calls for row in before) == (20 if span is TWICE_FOUR_WEEKS else 13)


def test_a_new_cost_is_in_the_weeks(units_of_work: SqlUnitsOfWork, key: ApiKey) -> None:
    events = some_events(key, 10)
    store(units_of_work, key, events)
    close_weeks(units_of_work, TWICE_FOUR_WEEKS.end)
    reprice(units_of_work, key, events, "7")
    assert differences(units_of_work, key) == []
    assert sum(row.measures.cost_usd or 0 for row in by_user(units_of_work, key)) == 70


def test_a_week_of_which_some_calls_are_deleted_keeps_them_when_sums_are_made_anew(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(units_of_work, key, some_events(key, 20))
    close_weeks(units_of_work, TWICE_FOUR_WEEKS.end)
    before, weeks = by_user(units_of_work, key), rows(database_url, WIDE_ROWS)
    # Days of three weeks go, and of the third one three days only.
    longest = NOON + timedelta(days=360)
    KeepMonths(units_of_work, ManualClock(longest), longest_days=365)()
    with psycopg.connect(database_url) as connection:
        (left,) = connection.execute("SELECT min(timestamp), count(*) FROM events").fetchall()
    assert TWICE_FOUR_WEEKS.start < left[0]
    assert 0 < left[1] < 20
    rebuild(units_of_work, key)
    assert rows(database_url, WIDE_ROWS) == weeks
    assert by_user(units_of_work, key) == before
    assert differences(units_of_work, key) == []


def test_a_report_does_not_rest_on_weeks_that_are_no_longer_there(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    """An older copy of the database, say, was put in the place of the one that was seen."""
    store(units_of_work, key, some_events(key, 20))
    close_weeks(units_of_work, TWICE_FOUR_WEEKS.end)
    before = levels(units_of_work, key)
    assert levels(units_of_work, key) == before
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM usage_rollups WHERE tier > 2")
        connection.execute("DELETE FROM summed_weeks")
    assert levels(units_of_work, key) == before


def test_weeks_are_closed_while_senders_hold_the_organization(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(units_of_work, key, some_events(key, 20))
    with psycopg.connect(database_url) as sender, ThreadPoolExecutor() as threads:
        sender.execute("SELECT FROM organizations FOR SHARE")
        closing = threads.submit(close_weeks, units_of_work, TWICE_FOUR_WEEKS.end)
        try:
            closing.result(timeout=30)
        finally:
            sender.rollback()
    assert rows(database_url, WIDE_ROWS) != []


def test_weeks_whose_sums_somebody_else_is_changing_are_left_for_later(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    with units_of_work() as somebody:
        somebody.rollups.rebuild(key.organization_id)
        with units_of_work() as uow:
            assert not uow.rollups.close_weeks(TWICE_FOUR_WEEKS.end)
    with units_of_work() as uow:
        assert uow.rollups.close_weeks(TWICE_FOUR_WEEKS.end)


def test_calls_are_stored_while_the_upgrade_makes_sums(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(units_of_work, key, some_events(key, 20))
    downgrade(database_url, "0018")
    with psycopg.connect(database_url) as reader, ThreadPoolExecutor() as threads:
        reader.execute("SELECT FROM usage_rollups LIMIT 1")
        upgrading = threads.submit(upgrade, database_url)
        try:
            # All is made, and waits for those who read.
            eventually(lambda: upgrading.done() or is_waiting(database_url))
            assert not upgrading.done()
            append(units_of_work, key, some_events(key, 5))
        finally:
            reader.rollback()
        upgrading.result(timeout=60)
    add_waiting(units_of_work)
    assert differences(units_of_work, key) == []


def is_waiting(database_url: str) -> bool:
    """Whether somebody waits for the sums."""
    asked = """SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = database
        WHERE relation = 'usage_rollups'::regclass AND NOT granted
            AND datname = current_database()"""
    with psycopg.connect(database_url) as connection:
        return connection.execute(asked).fetchone() is not None
