"""Every use case is tested in a world of its own."""

import pytest

from tests.unit.application.world import World


@pytest.fixture
def world() -> World:
    return World()
