"""Seeding the demo: once, again at once, and again when time has passed."""

from datetime import timedelta

import pytest
from dependency_injector import providers

from adapters.memory.clock import ManualClock
from adapters.memory.unit_of_work import InMemoryUnitsOfWork
from application.accounts.log_in import LogInRequest
from application.budgets.list_budgets import BudgetWithStatus, ListBudgetsRequest
from application.budgets.set_budget import SetBudgetRequest
from application.keys.authenticate_key import AuthenticateKeyRequest
from application.keys.list_keys import ListKeysRequest
from application.reports.list_events import ListEventsRequest
from domain.api_key import ApiKey, Scope
from domain.budget import BudgetState
from entrypoints.cli.demo import DemoAccount, seed
from entrypoints.container import Container
from entrypoints.demo.events import events_between
from tests.builders import NOW
from tests.http_client import settings_on

DAYS = 2
ALL = 10_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def container(clock: ManualClock) -> Container:
    container = Container(settings=settings_on("postgresql://nobody@127.0.0.1:1/nothing"))
    container.clock.override(providers.Object(clock))
    container.units_of_work.override(providers.Object(InMemoryUnitsOfWork()))
    return container


def seeded(container: Container) -> DemoAccount:
    return seed(container, now=container.clock().now(), days=DAYS)


def organization_id(container: Container, account: DemoAccount) -> str:
    request = LogInRequest(email=account.email, password=account.password, address="127.0.0.1")
    opened = container.log_in()(request)
    found = container.authenticate_session()(opened.token)
    return str(found.organization.id)
