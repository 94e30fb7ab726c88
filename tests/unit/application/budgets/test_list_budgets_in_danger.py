"""Which of all budgets are in danger, and in which order."""

from datetime import timedelta

from application.budgets.list_budgets_in_danger import (
    ListBudgetsInDanger,
    ListBudgetsInDangerRequest,
)
from domain.budget import BudgetPeriod
from domain.budget_scope import BudgetScope
from domain.report import Dimension
from tests.unit.application.budgets.office import Office
from tests.unit.application.world import World


def in_danger(office: Office) -> list[str]:
    request = ListBudgetsInDangerRequest(organization_id=office.id)
    found = ListBudgetsInDanger(office.world.units, office.world.clock)(request)
    return [each.budget.terms.name for each in found]


def test_those_that_have_used_most_of_their_limit_come_first_however_many_there_are(
    office: Office,
) -> None:
    for number in range(60):
        office.budget("1000", name=f"calm {number}", scope=BudgetScope({Dimension.USER: "x"}))
    office.budget("10", name="warns")
    office.budget("2", name="far over")
    office.budget("5", name="over")
    office.spend("6")
    assert in_danger(office) == ["far over", "over", "warns"]


def test_another_organizations_are_not_among_them(office: Office, world: World) -> None:
    office.budget("1", name="over")
    office.spend("6")
    assert in_danger(Office(world)) == []


def test_a_new_period_without_a_call_is_in_no_danger(office: Office) -> None:
    office.budget("1", name="over", period=BudgetPeriod.DAY)
    office.spend("6")
    assert in_danger(office) == ["over"]
    office.world.clock.advance(timedelta(days=1))
    assert in_danger(office) == []
