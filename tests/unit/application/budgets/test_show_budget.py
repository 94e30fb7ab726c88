"""A budget with its past, and what one would have counted before it is saved."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from application.budgets.preview_scope import PreviewScope, PreviewScopeRequest, ScopePreview
from application.budgets.show_budget import BudgetInFull, ShowBudget, ShowBudgetRequest
from application.maintenance.purge_expired import PurgeExpired
from domain.budget import Budget, BudgetPeriod, BudgetTerms
from domain.budget_scope import BudgetScope
from domain.errors import NotFound
from domain.report import Dimension
from tests.builders import NOW
from tests.unit.application.budgets.office import Office, a_call
from tests.unit.application.world import World

OF_A = BudgetScope({Dimension.PROJECT: "a"})


def show(office: Office, budget: Budget, organization_id: str | None = None) -> BudgetInFull:
    request = ShowBudgetRequest(organization_id=organization_id or office.id, budget_id=budget.id)
    return ShowBudget(office.world.units, office.world.clock)(request)


def preview(office: Office, **terms: object) -> ScopePreview:
    fields: dict[str, object] = {"name": "New", "limit_usd": Decimal(1), **terms}
    request = PreviewScopeRequest(
        organization_id=office.id,
        terms=BudgetTerms(**fields),  # type: ignore[arg-type]
    )
    return PreviewScope(office.world.units, office.world.clock)(request)


def test_periods_come_newest_first_from_the_first_that_had_a_call(office: Office) -> None:
    office.send(
        *(a_call(str(1 + days), timestamp=NOW - timedelta(days=days)) for days in (0, 1, 9))
    )
    found = show(office, office.budget(period=BudgetPeriod.DAY)).periods
    assert [int(each.spent_usd or 0) for each in found] == [1, 2, 0, 0, 0, 0, 0, 0, 0, 10]
    assert found[0].span.start == datetime(2026, 11, 23, tzinfo=UTC)
    assert all(old.span.end == new.span.start for new, old in pairwise(found))


def test_periods_of_a_zone_with_summer_time_follow_each_other(office: Office) -> None:
    office.send(a_call("1", timestamp=NOW - timedelta(weeks=11)))
    budget = office.budget(period=BudgetPeriod.WEEK, timezone="Australia/Lord_Howe")
    spans = [each.span for each in show(office, budget).periods]
    assert all(old.end == new.start for new, old in pairwise(spans))
    # The clock moves by half an hour in October.
    assert {span.length for span in spans} == {
        timedelta(days=7),
        timedelta(days=7, minutes=-30),
    }


def test_each_period_has_the_limit_that_held_in_its_end(office: Office) -> None:
    office.send(a_call("1", timestamp=NOW - timedelta(days=9)))
    budget = office.budget("10", period=BudgetPeriod.DAY)
    office.world.clock.advance(timedelta(days=2))
    office.change(budget, limit_usd=Decimal(20))
    found = show(office, budget)
    assert [each.limit_usd for each in found.periods[:4]] == [20, 10, 10, None]
    assert [each.version for each in found.periods[:4]] == [2, 1, 1, None]
    assert [each.version for each in found.versions] == [2, 1]
    assert [each.terms.limit_usd for each in found.versions] == [20, 10]


def test_each_period_is_summed_up_by_the_terms_that_held_in_its_end(office: Office) -> None:
    clock, day = office.world.clock, timedelta(days=1)
    for days in range(9):
        timestamp = NOW + (days - 3) * day - timedelta(hours=1)
        office.spend("9", timestamp=timestamp, project="b")
        office.spend("2", timestamp=timestamp, project="a")
        if days == 3:
            budget = office.budget("100", period=BudgetPeriod.MONTH, scope=OF_A)
        if days >= 3:
            clock.advance(day)
    of_b = BudgetScope({Dimension.PROJECT: "b"})
    changed = office.change(budget, period=BudgetPeriod.DAY, scope=of_b, limit_usd=Decimal(5))
    clock.advance(day)
    office.change(changed, limit_usd=Decimal(6))
    found = show(office, budget).periods
    assert [(each.span.start.day, each.version, int(each.spent_usd or 0)) for each in found] == [
        (30, 3, 0),
        (29, 2, 0),
        # Of the month, what was over when days took its place: the nine calls of the other project.
        (1, 1, 18),
    ]
    assert [each.limit_usd for each in found] == [6, 5, 100]


def test_a_change_of_the_scope_counts_for_the_whole_of_the_period_it_falls_in(
    office: Office,
) -> None:
    day = timedelta(days=1)
    for days in range(3):
        office.spend("9", timestamp=NOW - days * day, project="b")
        office.spend("2", timestamp=NOW - days * day, project="a")
    budget = office.budget("100", period=BudgetPeriod.DAY, scope=OF_A)
    office.world.clock.advance(day)
    office.change(budget, scope=BudgetScope({Dimension.PROJECT: "b"}))
    found = show(office, budget).periods
    # Before there was a budget, as today's terms would have counted.
    assert [(each.version, int(each.spent_usd or 0)) for each in found] == [
        (2, 0), (1, 2), (None, 9), (None, 9),
    ]  # fmt: skip


def test_what_a_period_spent_is_known_when_its_calls_are_deleted(office: Office) -> None:
    budget = office.budget("10", period=BudgetPeriod.DAY, scope=OF_A)
    office.spend("3", project="a")
    world = office.world
    world.clock.advance(timedelta(days=4))
    PurgeExpired(world.units, world.clock)()
    with world.units() as uow:
        assert uow.event_storage.delete_before(office.id, world.clock.now()) == 1
        uow.commit()
    assert [each.spent_usd for each in show(office, budget).periods] == [0, 0, 0, 0, 3]


def test_what_nobody_knows_any_more_is_unknown_and_not_nothing(office: Office) -> None:
    of_user = BudgetScope({Dimension.USER: "u"})
    budget = office.budget("10", period=BudgetPeriod.DAY, scope=of_user)
    office.spend("3", user="u")
    world = office.world
    world.clock.advance(timedelta(days=4))
    office.spend("1", timestamp=world.clock.now() - timedelta(days=5), user="u")
    begin = world.clock.now() - timedelta(days=2)
    with world.units() as uow:
        assert uow.event_storage.delete_before(office.id, begin) == 2
        uow.organizations.note_events_begin(office.id, begin)
        uow.commit()
    office.spend("2", timestamp=begin - timedelta(hours=1), user="u")
    office.change(budget, timezone="Europe/Berlin")
    assert [each.spent_usd for each in show(office, budget).periods] == [0, 0, None]
    whole = office.budget("10", period=BudgetPeriod.DAY)
    assert show(office, whole).periods[-1].spent_usd == 2


def test_days_that_were_over_when_they_became_a_month_are_shown_beside_it(
    office: Office,
) -> None:
    budget = office.budget("10", period=BudgetPeriod.DAY)
    for days in range(3):
        office.spend(str(days + 1), timestamp=NOW + timedelta(days=days))
        office.world.clock.advance(timedelta(days=1))
    office.change(budget, period=BudgetPeriod.MONTH, limit_usd=Decimal(100))
    found = show(office, budget).periods
    assert [(each.span.start.day, int(each.spent_usd or 0)) for each in found] == [
        (1, 6), (25, 3), (24, 2), (23, 1),
    ]  # fmt: skip
    assert [each.limit_usd for each in found] == [100, 10, 10, 10]


def test_each_period_tells_how_many_calls_it_could_not_count(office: Office) -> None:
    unpriced = {"provider": "acme", "model": "acme-1"}
    office.send(a_call("1"), a_call(**unpriced), a_call(**unpriced))
    office.send(a_call(**unpriced, timestamp=NOW - timedelta(days=1)))
    found = show(office, office.budget(period=BudgetPeriod.DAY)).periods
    assert [each.spent_usd for each in found] == [1, 0]
    assert [each.unpriced_calls for each in found] == [2, 1]


def test_its_status_alerts_and_costliest_parts_are_there(office: Office) -> None:
    budget = office.budget("10", scope=OF_A)
    for number in range(7):
        office.spend(str(number), project="a", model=f"m{number}")
    office.spend("100", project="b")
    found = show(office, budget)
    assert found.status.status.spent_usd == 21
    assert [alert.threshold for alert in found.alerts] == [100, 80, 50]
    assert set(found.drivers) == {Dimension.MODEL, Dimension.API_KEY}
    models = [row.group for row in found.drivers[Dimension.MODEL] if not row.is_overflow]
    assert models == [("m6",), ("m5",), ("m4",), ("m3",), ("m2",)]


def test_other_organizations_budgets_are_not_there(world: World, office: Office) -> None:
    budget, other = office.budget(), Office(world)
    with pytest.raises(NotFound):
        show(office, budget, other.id)


def test_a_preview_counts_the_last_four_periods_of_the_scope(office: Office) -> None:
    for days, usd in ((0, "1"), (1, "7"), (3, "2"), (4, "50")):
        office.spend(usd, timestamp=NOW - timedelta(days=days), project="a")
    office.spend("99", project="b")
    found = preview(office, period=BudgetPeriod.DAY, scope=OF_A)
    assert [each.cost_usd or 0 for each in found.periods] == [2, 0, 7, 1]
    assert (found.calls, found.highest_usd) == (3, Decimal(7))


def test_a_preview_stores_nothing_and_may_find_nothing(office: Office) -> None:
    found = preview(office)
    assert (found.calls, found.highest_usd) == (0, Decimal(0))
    with office.world.units(snapshot=True) as uow:
        assert uow.budgets.list(office.id) == []
