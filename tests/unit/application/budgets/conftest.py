"""Budgets are tested in an organization that sends calls."""

import pytest

from tests.unit.application.budgets.office import Office
from tests.unit.application.world import World


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)
