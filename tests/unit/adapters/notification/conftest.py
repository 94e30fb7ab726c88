"""What the tests of notifications share."""

from ipaddress import IPv4Network

import pytest

from adapters.notification.guarded_posts import GuardedWebPosts
from tests.unit.adapters.notification.certificates import Authority


@pytest.fixture(scope="session")
def here() -> list[IPv4Network]:
    """The networks in which the tests' own receivers are."""
    return [IPv4Network("127.0.0.0/8")]


@pytest.fixture(scope="session")
def open_posts(here: list[IPv4Network]) -> GuardedWebPosts:
    """Reaches the tests' own receivers."""
    return GuardedWebPosts(here)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
