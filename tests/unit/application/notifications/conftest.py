"""Notifications are tested in an organization that has a post office."""

import pytest

from tests.unit.application.notifications.post_office import PostOffice


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()
