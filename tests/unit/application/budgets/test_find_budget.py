"""A budget is found by its id, in its own organization alone."""

import pytest

from application.budgets.find_budget import FindBudget, FindBudgetRequest
from domain.errors import NotFound
from tests.builders import a_budget, an_organization
from tests.unit.application.world import World


def test_a_budget_is_found_in_its_own_organization_alone(world: World) -> None:
    budget = a_budget(an_organization())
    with world.units() as uow:
        uow.budgets.add(budget.organization_id, budget)
        uow.commit()
    find, own = FindBudget(world.units), budget.organization_id
    assert find(FindBudgetRequest(organization_id=own, budget_id=budget.id)) == budget
    for organization_id, budget_id in (("other", budget.id), (own, "unknown")):
        with pytest.raises(NotFound):
            find(FindBudgetRequest(organization_id=organization_id, budget_id=budget_id))
