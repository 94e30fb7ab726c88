"""Sums by tag are what the calls amount to, whatever tags their senders invent."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import LiteralString

import psycopg
import pytest

from adapters.memory.clock import ManualClock
from adapters.sql import gathering, rollup_differences, rollups, tag_statements
from adapters.sql.migrations import downgrade, upgrade
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.maintenance.keep_months import KeepMonths
from domain.api_key import ApiKey
from domain.event import Event
from domain.period import Interval, Span, buckets
from domain.report import EventFilter, EventSelection, GroupRow, GroupSeries, Measures, TagDimension
from domain.rollup import (
    MOST_SUMMED_TAGS,
    MOST_SUMMED_VALUES,
    Breakdown,
    Tier,
    days_over,
    weeks_over,
)
from tests.builders import a_cost, an_event
from tests.contracts.event_storage import add_waiting, close_weeks, gather
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.integration.test_sql_rollups import differences, reprice

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = Span(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))
TEAM = TagDimension("team")


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    return a_stored_key(units_of_work)


def marked(key: ApiKey, usd: str = "1", at: datetime = NOON, **tags: str) -> Event:
    return an_event(key, timestamp=at, cost=a_cost(usd), tags=tags)


def store(units_of_work: SqlUnitsOfWork, key: ApiKey, *events: Event) -> None:
    append(units_of_work, key, list(events))
    add_waiting(units_of_work)


def selected(key: ApiKey, span: Span = DAY, **tags: tuple[str, ...]) -> EventSelection:
    return EventSelection(
        organization_id=key.organization_id, span=span, filter=EventFilter(tags=tags)
    )


def by_team(
    units_of_work: SqlUnitsOfWork, key: ApiKey, span: Span = DAY, most: int = 1_000
) -> list[GroupRow]:
    with units_of_work.report() as uow:
        return uow.usage_reports.groups(selected(key, span), (TEAM,), most=most)


def costs(rows: list[GroupRow]) -> dict[str | None, Decimal | None]:
    return {"others" if row.is_overflow else row.group[0]: row.measures.cost_usd for row in rows}


def of_team(units_of_work: SqlUnitsOfWork, key: ApiKey, *teams: str, span: Span = DAY) -> Measures:
    with units_of_work.report() as uow:
        return uow.usage_reports.measures(selected(key, span, team=teams))


def rebuild(units_of_work: SqlUnitsOfWork, key: ApiKey) -> None:
    with units_of_work() as uow:
        uow.rollups.rebuild(key.organization_id)
        uow.commit()


def make_sums_by_tag_anew(database_url: str) -> None:
    """As the upgrade does that brings them, of a database without."""
    downgrade(database_url, "0010")
    upgrade(database_url)


def forget_calls(database_url: str) -> None:
    """So that only sums can answer."""
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM events")


def limited(monkeypatch: pytest.MonkeyPatch, tags: int, values: int) -> None:
    """Fewer sums than an organization may have, in the statements that make and verify them."""

    def small(statement: str) -> str:
        fewer = statement.replace(f"place <= {MOST_SUMMED_VALUES}", f"place <= {values}")
        fewer = fewer.replace(f"place <= {MOST_SUMMED_TAGS}", f"place <= {tags}")
        assert fewer.count(f"place <= {tags} -") == fewer.count(f"place <= {values}\n") == 1
        return fewer

    module = "adapters.sql.rollups"
    dimensions, (verify, names), *others = rollup_differences._VERIFY
    add = tag_statements.ADD
    monkeypatch.setattr(
        f"{module}._ADD", tuple(small(it) if it == add else it for it in rollups._ADD)
    )
    monkeypatch.setattr(tag_statements, "FILL", small(tag_statements.FILL))
    found = (dimensions, (small(verify), names), *others)
    monkeypatch.setattr(rollup_differences, "_VERIFY", found)


def test_sums_alone_tell_each_value_and_the_calls_without_the_tag(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(
        units_of_work,
        key,
        marked(key, "1", team="red", feature="chat"),
        marked(key, "2", team="blue"),
        marked(key, "4", feature="chat"),
        marked(key, "8"),
    )
    before = by_team(units_of_work, key)
    forget_calls(database_url)
    assert by_team(units_of_work, key) == before
    assert costs(before) == {None: Decimal(12), "blue": Decimal(2), "red": Decimal(1)}
    assert of_team(units_of_work, key, "red", "blue").calls == 2


def test_an_hour_of_a_tag_is_read_from_sums(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(
        units_of_work, key, *(marked(key, at=NOON + timedelta(hours=n), team="a") for n in (0, 1))
    )
    forget_calls(database_url)
    with units_of_work(snapshot=True) as uow:
        hours = buckets(Span(NOON, NOON + timedelta(hours=3)), Interval.HOUR, UTC)
        whole = Span(hours[0].start, hours[-1].end)
        points = uow.usage_reports.series(selected(key, whole, team=("a",)), hours)
    assert [point.calls for point in points] == [1, 1, 0]


def test_a_new_cost_is_in_the_sums_by_tag(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    event = marked(key, "1", team="red")
    store(units_of_work, key, event, marked(key, "1", team="red"))
    reprice(units_of_work, key, [event], "5")
    assert differences(units_of_work, key) == []
    forget_calls(database_url)
    assert of_team(units_of_work, key, "red").cost_usd == Decimal(6)


def test_beyond_the_most_values_calls_answer_and_no_value_is_lost(
    units_of_work: SqlUnitsOfWork, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, tags=3, values=2)
    store(units_of_work, key, *(marked(key, usd, team=usd) for usd in "12"))
    store(units_of_work, key, *(marked(key, usd, team=usd) for usd in "345"), marked(key, "9"))
    rows = by_team(units_of_work, key, most=3)
    assert costs(rows) == {
        None: Decimal(9), "5": Decimal(5), "4": Decimal(4), "others": Decimal(6)
    }  # fmt: skip
    assert of_team(units_of_work, key, "1", "2").cost_usd == Decimal(3)
    assert of_team(units_of_work, key, "1", "5").cost_usd == Decimal(6)
    assert differences(units_of_work, key) == []
    rebuild(units_of_work, key)
    assert differences(units_of_work, key) == []
    assert by_team(units_of_work, key, most=3) == rows


def test_beyond_the_most_tags_calls_answer(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, tags=1, values=2)
    store(units_of_work, key, marked(key, "1", feature="chat"), marked(key, "1", feature="chat"))
    store(units_of_work, key, marked(key, "2", team="red"))
    assert costs(by_team(units_of_work, key)) == {"red": Decimal(2), None: Decimal(2)}
    assert differences(units_of_work, key) == []
    forget_calls(database_url)
    assert by_team(units_of_work, key) == []


def test_further_values_of_calls_that_are_gone_share_a_row(
    units_of_work: SqlUnitsOfWork, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, tags=3, values=2)
    old = NOON - timedelta(days=200)
    for at in (old, NOON):
        store(units_of_work, key, *(marked(key, usd, at, team=usd) for usd in "12345"))
    store(units_of_work, key, marked(key, "9", old))
    KeepMonths(units_of_work, ManualClock(NOON), longest_days=100)()
    span = Span(DAY.start - timedelta(days=300), DAY.end)
    rows = costs(by_team(units_of_work, key, span))
    # Two values have sums; of the others the old calls can be told apart no more.
    new: dict[str | None, Decimal] = {usd: Decimal(usd) for usd in "345"}
    both: dict[str | None, Decimal] = {usd: 2 * Decimal(usd) for usd in "12"}
    rest: dict[str | None, Decimal] = {None: Decimal(9), "others": Decimal(3 + 4 + 5)}
    assert rows == {**new, **both, **rest}
    close_weeks(units_of_work, weeks_over(NOON))
    monkeypatch.setattr(gathering, "LEAST", 1)
    before = trends(units_of_work, key, span)
    gather(units_of_work, days_over(NOON))
    assert trends(units_of_work, key, span) == before
    assert differences(units_of_work, key) == []
    assert series_costs(units_of_work, key, span) == rows


def test_further_values_count_once_where_weeks_have_lost_some_of_their_calls(
    units_of_work: SqlUnitsOfWork, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, tags=3, values=2)
    days = [NOON - timedelta(days=ago) for ago in range(60, 140, 3)]
    store(units_of_work, key, *(marked(key, "1", at, team=str(at.day % 7)) for at in days))
    close_weeks(units_of_work, weeks_over(NOON))
    KeepMonths(units_of_work, ManualClock(NOON), longest_days=100)()
    for first in (150, 140, 128, 113):
        span = Span(DAY.start - timedelta(days=first), DAY.end)
        called = [at for at in days if span.start <= at]
        assert total(costs(by_team(units_of_work, key, span))) == len(called), first
        assert total(series_costs(units_of_work, key, span)) == len(called), first


def trends(units_of_work: SqlUnitsOfWork, key: ApiKey, span: Span) -> object:
    with units_of_work.report() as uow:
        return uow.usage_reports.trends(selected(key, span), (TEAM,), [span])


def total(found: Mapping[str | None, Decimal | None]) -> Decimal:
    return sum((cost for cost in found.values() if cost is not None), Decimal(0))


def series_costs(
    units_of_work: SqlUnitsOfWork, key: ApiKey, span: Span
) -> dict[str | None, Decimal | None]:
    with units_of_work.report() as uow:
        found: list[GroupSeries] = uow.usage_reports.series_of_groups(
            selected(key, span), (TEAM,), [span], most=9
        )
    return {"others" if it.is_overflow else it.group[0]: it.cost_usd for it in found}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE tag_rollups SET cost_usd = 3 WHERE tier = 1 AND calls = 1",
        "UPDATE tag_rollups SET durations = '{1025}' WHERE tier = 1",
        "DELETE FROM tag_rollups WHERE tier = 2",
        "DELETE FROM tag_values WHERE value = 'red'",
        "DELETE FROM tag_values WHERE tag = 'team'",
        "DELETE FROM tag_values WHERE tag = ''",
        "DELETE FROM tag_values WHERE value = 'team'",
        "DELETE FROM tag_values",
    ],
)
def test_a_sum_by_tag_that_is_wrong_is_named_and_repaired(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str, damage: LiteralString
) -> None:
    store(units_of_work, key, marked(key, "2", team="red"), marked(key, "2"))
    with psycopg.connect(database_url) as connection:
        connection.execute(damage)
    found = differences(units_of_work, key)
    assert {each.breakdown for each in found} == {Breakdown.TAG}
    rebuild(units_of_work, key)
    assert differences(units_of_work, key) == []
    assert costs(by_team(units_of_work, key)) == {"red": Decimal(2), None: Decimal(2)}


def test_a_difference_says_which_value_of_which_tag(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(units_of_work, key, marked(key, "2", team="red"))
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """UPDATE tag_rollups AS r SET cost_usd = 3 FROM tag_values AS v
            WHERE v.number = r.number AND v.value = 'red' AND tier = 1"""
        )
    (found,) = differences(units_of_work, key)
    assert (found.values, found.tier, found.start) == (("team", "red"), Tier.HOUR, NOON)
    assert (found.kept_cost_usd, found.true_cost_usd) == (Decimal(3), Decimal(2))


def test_another_organizations_tags_are_its_own(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    other = a_stored_key(units_of_work)
    store(units_of_work, key, marked(key, "1", team="red"))
    store(units_of_work, other, marked(other, "2", team="red"))
    forget_calls(database_url)
    assert of_team(units_of_work, key, "red").cost_usd == Decimal(1)
    assert of_team(units_of_work, other, "red").cost_usd == Decimal(2)


def test_a_call_that_was_sent_twice_is_in_the_sums_by_tag_once(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    event = marked(key, "1", team="red")
    store(units_of_work, key, event)
    store(units_of_work, key, event, marked(key, "1", team="red"))
    assert differences(units_of_work, key) == []
    forget_calls(database_url)
    assert of_team(units_of_work, key, "red").calls == 2


def test_the_upgrade_keeps_the_sums_of_calls_that_are_gone_and_makes_those_by_tag(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    old = NOON - timedelta(days=200)
    store(units_of_work, key, marked(key, "2", old, team="red"), marked(key, "1", team="red"))
    KeepMonths(units_of_work, ManualClock(NOON), longest_days=100)()
    # A late call is in the sums of a time whose calls are gone, and another one waits.
    store(units_of_work, key, marked(key, "4", old))
    append(units_of_work, key, [marked(key, "8", old)])
    make_sums_by_tag_anew(database_url)
    with units_of_work(snapshot=True) as uow:
        assert uow.rollups.waiting().calls == 2
    ever = Span(old - timedelta(days=1), DAY.end)
    for _ in range(2):
        with units_of_work.report() as uow:
            assert uow.usage_reports.spent(selected(key, ever)) == 2 + 1 + 4 + 8
        assert of_team(units_of_work, key, "red").calls == 1
        add_waiting(units_of_work)
    assert differences(units_of_work, key) == []
    forget_calls(database_url)
    assert of_team(units_of_work, key, "red").calls == 1


def test_a_late_call_that_is_older_than_the_sums_by_tag_is_priced_again_in_none_of_them(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    old = NOON - timedelta(days=200)
    store(units_of_work, key, marked(key, "1", team="red"))
    KeepMonths(units_of_work, ManualClock(NOON), longest_days=100)()
    late = marked(key, "4", old, team="red")
    store(units_of_work, key, late)
    make_sums_by_tag_anew(database_url)
    add_waiting(units_of_work)
    ever = Span(old - timedelta(days=1), DAY.end)
    before = of_team(units_of_work, key, "red", span=ever)
    reprice(units_of_work, key, [late], "5")
    assert of_team(units_of_work, key, "red", span=ever) == before
    with units_of_work.report() as uow:
        assert uow.usage_reports.spent(selected(key, ever)) == 6


def test_calls_are_not_deleted_while_sums_are_made_anew_of_them(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    store(units_of_work, key, marked(key, "1", team="red"))

    def delete() -> int:
        with units_of_work() as uow:
            deleted = uow.event_storage.delete_before(key.organization_id, DAY.end)
            uow.commit()
        return deleted

    with units_of_work() as uow:
        uow.rollups.rebuild(key.organization_id)
        assert delete() == 0
        uow.commit()
    assert delete() == 1
    assert costs(by_team(units_of_work, key)) == {"red": Decimal(1)}
