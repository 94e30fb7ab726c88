"""The demo on a real database: a visitor signs in over HTTP and sees a living dashboard."""

from collections.abc import Iterator

import pytest
from dependency_injector import providers
from flask.testing import FlaskClient

from adapters.memory.clock import ManualClock
from entrypoints.cli.demo import DemoAccount, seed
from entrypoints.container import Container
from entrypoints.http.app import create_app
from tests.builders import NOW
from tests.http_client import settings_on

DAYS = 4


@pytest.fixture
def container(database_url: str) -> Iterator[Container]:
    container = Container(settings=settings_on(database_url))
    container.clock.override(providers.Object(ManualClock(NOW)))
    yield container
    container.engine().dispose()


@pytest.fixture
def account(container: Container) -> DemoAccount:
    return seed(container, now=NOW, days=DAYS)


@pytest.fixture
def visitor(container: Container, account: DemoAccount) -> FlaskClient:
    client = create_app(container).test_client()
    body = {"email": account.email, "password": account.password}
    assert client.post("/api/auth/login", json=body).status_code == 200
    return client


def test_a_visitor_sees_calls_to_eight_providers_or_more_and_what_they_cost(
    visitor: FlaskClient,
) -> None:
    answer = visitor.get("/api/v1/usage?view=providers").get_json()
    assert len(answer["data"]) >= 8
    overview = visitor.get("/api/v1/usage?view=overview").get_json()
    assert float(overview["totals"]["cost_usd"]) > 100
    assert overview["totals"]["coverage"]["priced_share"] > 0.9
    busy = [point for point in overview["series"] if point["calls"]]
    assert len(busy) == DAYS + 1


def test_a_visitor_sees_budgets_in_every_state(visitor: FlaskClient) -> None:
    answer = visitor.get("/api/v1/budgets").get_json()
    assert [budget["status"]["state"] for budget in answer["data"]] == ["ok", "warning", "exceeded"]


def test_seeding_again_adds_nothing_and_tells_no_secret(
    container: Container, account: DemoAccount, visitor: FlaskClient
) -> None:
    usage = "/api/v1/usage?view=overview"
    before = visitor.get(usage).get_json()["totals"]
    again = seed(container, now=NOW, days=DAYS)
    assert visitor.get(usage).get_json()["totals"] == before
    assert (account.api_key is None, again.api_key is None) == (False, True)
