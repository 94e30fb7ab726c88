"""Few users among many are looked up, whatever PostgreSQL takes their number for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Connection, event

from adapters.sql.engine import create_pool
from adapters.sql.rollup_groups import digest_of
from adapters.sql.unit_of_work import SqlUnitsOfWork
from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, EventSelection, GroupSeries
from domain.rollup import days_over, weeks_over
from tests.contracts.event_storage import close_weeks, gather
from tests.contracts.tenants import a_stored_key
from tests.integration.plans import Plan, nodes, plan_of

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
USERS = 500
MANY = {"users": USERS, "now": NOW}
DIGEST = digest_of({Dimension.USER: "name::varchar"})
#: Sums of a call a day of each user.
SUMS = """
INSERT INTO usage_rollups (organization_id, breakdown, tier, start, digest, "user",
    calls, errors, provider_reported_calls, computed_calls, estimated_calls, partial_calls,
    unpriced_calls, cost_usd)
SELECT %(of)s, 'user', 2, date_trunc('day', day, 'UTC'), {digest}, name, 1, 0, 0, 1, 0, 0, 0, place
FROM (SELECT place, 'user-' || place AS name FROM generate_series(1, %(users)s) AS place) AS users
CROSS JOIN generate_series(%(now)s - interval '60 days', %(now)s, '24 hours') AS day ORDER BY 4, 5
"""
#: And of everybody.
TOTALS = """
INSERT INTO usage_rollups (organization_id, breakdown, tier, start, digest, calls, errors,
    provider_reported_calls, computed_calls, estimated_calls, partial_calls, unpriced_calls,
    cost_usd)
SELECT organization_id, 'total', tier, start, md5('')::uuid, sum(calls), 0, 0, sum(calls), 0, 0, 0,
    sum(cost_usd)
FROM usage_rollups WHERE breakdown = 'user' GROUP BY 1, 3, 4
"""
#: What else is gathered, of a year.
HOURS_OF_A_TAG = """
INSERT INTO gathered_sums
SELECT id, 1, hour, 'tag', 'team', '{red}', '{1}', '{0}', '{1}'
FROM organizations, generate_series('2026-01-01Z'::timestamptz, '2026-11-01Z', '1 hour') AS hour
"""


class Explained:
    """The plans of the statements that read sums."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []

    def before(self, connection: Connection, *statement: Any) -> None:
        _, text, parameters, _, _ = statement
        if "usage_rollups" in text:
            self.plans.append(plan_of(connection, text, parameters))


@pytest.fixture
def many(database_url: str) -> Iterator[tuple[SqlUnitsOfWork, str, Explained]]:
    """An organization with sums of many users."""
    engine, explained = create_pool(database_url), Explained()
    units_of_work = SqlUnitsOfWork(engine)
    organization_id = a_stored_key(units_of_work).organization_id
    with psycopg.connect(database_url, autocommit=True) as connection:
        made = sql.SQL(SUMS).format(digest=sql.SQL(DIGEST))
        connection.execute(made, {"of": organization_id} | MANY)
        connection.execute(TOTALS)
        close_weeks(units_of_work, weeks_over(NOW))
        connection.execute("VACUUM ANALYZE usage_rollups")
    event.listen(engine, "before_cursor_execute", explained.before)
    yield units_of_work, organization_id, explained
    engine.dispose()


def costliest(units_of_work: SqlUnitsOfWork, organization_id: str, tz: str) -> list[GroupSeries]:
    span = Span(NOW - timedelta(days=30), NOW)
    with units_of_work.report() as uow:
        return uow.usage_reports.series_of_groups(
            EventSelection(organization_id=organization_id, span=span),
            (Dimension.USER,),
            buckets(span, Interval.DAY, zone(tz)),
            most=8,
        )


@pytest.mark.parametrize("tz", ["UTC", "Asia/Kolkata"])
def test_each_day_of_the_costliest_users_is_looked_up_by_its_key(
    many: tuple[SqlUnitsOfWork, str, Explained], tz: str
) -> None:
    units_of_work, organization_id, explained = many
    found = costliest(units_of_work, organization_id, tz)
    assert [each.group[0] for each in found[:2]] == [f"user-{USERS}", f"user-{USERS - 1}"]
    tops, own = explained.plans
    strategies = {each["Strategy"] for each in nodes(tops) if each["Node Type"] == "Aggregate"}
    assert "Hashed" in strategies
    assert "Sorted" not in strategies, "the costliest are found without sorting all users' rows"
    reads = [each for each in nodes(own) if each.get("Relation Name") == "usage_rollups"]
    assert reads
    for read in reads:
        assert "bucket.start" in read.get("Index Cond", ""), read
        assert "digest" in read["Index Cond"]


@pytest.mark.parametrize("tz", ["UTC", "Asia/Kolkata"])
def test_what_is_gathered_of_each_bucket_is_looked_up_by_its_key(
    many: tuple[SqlUnitsOfWork, str, Explained], database_url: str, tz: str
) -> None:
    units_of_work, organization_id, explained = many
    gather(units_of_work, days_over(NOW))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(HOURS_OF_A_TAG)
        connection.execute("VACUUM ANALYZE gathered_sums")
    explained.plans.clear()
    assert costliest(units_of_work, organization_id, tz)[0].group == (f"user-{USERS}",)
    tops, _ = explained.plans
    reads = [each for each in nodes(tops) if each.get("Relation Name") == "gathered_sums"]
    assert len(reads) == 2, "of buckets, and of days that are cut"
    for read in reads:
        assert all(name in read.get("Index Cond", "") for name in ("tier", "start", "tag")), read
