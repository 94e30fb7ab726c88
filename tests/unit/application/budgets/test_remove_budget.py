"""An owner or admin lifts a limit."""

import pytest

from application.budgets.remove_budget import RemoveBudget, RemoveBudgetRequest
from domain.budget import Budget
from domain.errors import NotFound
from tests.builders import a_budget, an_organization
from tests.unit.application.world import World

BUDGET, OTHER = (a_budget(organization) for organization in [an_organization()] * 2)


@pytest.fixture(autouse=True)
def budgets(world: World) -> None:
    with world.units() as uow:
        for budget in (BUDGET, OTHER):
            uow.budgets.add(budget.organization_id, budget)
        uow.commit()


def remove(world: World, organization_id: str, budget_id: str) -> None:
    request = RemoveBudgetRequest(organization_id=organization_id, budget_id=budget_id)
    RemoveBudget(world.units)(request)


def left(world: World) -> list[Budget]:
    with world.units(snapshot=True) as uow:
        return uow.budgets.list(BUDGET.organization_id)


def test_one_budget_is_removed_and_the_others_stay(world: World) -> None:
    remove(world, BUDGET.organization_id, BUDGET.id)
    assert left(world) == [OTHER]
    with pytest.raises(NotFound):
        remove(world, BUDGET.organization_id, BUDGET.id)


def test_other_organizations_budgets_are_not_there(world: World) -> None:
    for organization_id, budget_id in (("other", BUDGET.id), (BUDGET.organization_id, "unknown")):
        with pytest.raises(NotFound):
            remove(world, organization_id, budget_id)
    assert left(world) == [BUDGET, OTHER]
