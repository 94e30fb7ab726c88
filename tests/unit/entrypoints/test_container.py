"""Every provider builds, which no type checker sees."""

import pytest

from application.ports.unit_of_work import UnitsOfWork
from entrypoints.container import Container
from tests.http_client import settings_on


@pytest.fixture
def container() -> Container:
    return Container(settings=settings_on("postgresql://nobody@127.0.0.1:1/nothing"))


@pytest.mark.parametrize("name", sorted(Container.providers))
def test_every_provider_builds(container: Container, name: str) -> None:
    assert getattr(container, name)() is not None


def test_use_cases_share_one_pool(container: Container) -> None:
    units_of_work: UnitsOfWork = container.units_of_work()
    assert container.units_of_work() is units_of_work
