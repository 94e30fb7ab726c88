"""Seeding the demo: once, again at once, and again when time has passed."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from dependency_injector import providers

from adapters.memory.clock import ManualClock
from adapters.memory.unit_of_work import InMemoryUnitsOfWork
from application.accounts.authenticate_session import AuthenticateSessionRequest, SignedIn
from application.accounts.log_in import LogInRequest
from application.budgets.budget_standing import BudgetWithStatus
from application.budgets.list_budgets import ListBudgetsRequest
from application.budgets.remove_budget import RemoveBudgetRequest
from application.ingestion.ingest_events import IngestEventsRequest
from application.keys.authenticate_key import AuthenticateKeyRequest
from application.keys.list_keys import ListKeysRequest
from application.reports.list_events import ListEventsRequest
from domain.api_key import ApiKey, Scope
from domain.budget import BudgetState
from entrypoints.cli.demo import EMAIL, PASSWORD, DemoAccount, seed
from entrypoints.container import Container
from entrypoints.demo.events import SentEvent, events_between
from entrypoints.demo.workloads import BATCH_KEY, SERVICES_KEY
from tests.builders import NOW
from tests.http_client import settings_on

DAYS = 2
ALL = 10_000


@dataclass(frozen=True)
class Demo:
    """A demo that nobody has seeded yet, in memory."""

    container: Container
    clock: ManualClock

    def seed(self, days: int = DAYS) -> DemoAccount:
        return seed(self.container, now=self.clock.now(), days=days)

    def visitor(self) -> SignedIn:
        request = LogInRequest(email=EMAIL, password=PASSWORD, address="127.0.0.1")
        token = self.container.log_in()(request).token
        signed_in: SignedIn = self.container.authenticate_session()(
            AuthenticateSessionRequest(token=token)
        )
        return signed_in

    @property
    def organization_id(self) -> str:
        organization = self.visitor().organization
        assert organization is not None
        return organization.id

    def event_ids(self) -> list[str]:
        request = ListEventsRequest(organization_id=self.organization_id, limit=ALL)
        return [event.id for event in self.container.list_events()(request).events]

    def keys(self) -> dict[str, ApiKey]:
        request = ListKeysRequest(organization_id=self.organization_id)
        return {key.name: key for key in self.container.list_keys()(request)}

    def budgets(self) -> list[BudgetWithStatus]:
        request = ListBudgetsRequest(organization_id=self.organization_id)
        found: list[BudgetWithStatus] = self.container.list_budgets()(request)
        return found


@pytest.fixture
def demo() -> Demo:
    container = Container(settings=settings_on("postgresql://nobody@127.0.0.1:1/nothing"))
    clock = ManualClock(NOW)
    container.clock.override(providers.Object(clock))
    container.units_of_work.override(providers.Object(InMemoryUnitsOfWork()))
    return Demo(container, clock)


def expected(until: ManualClock) -> list[SentEvent]:
    start = NOW - timedelta(days=DAYS)
    return events_between(start, until.now(), anchor=NOW.date(), rng_seed=7)


def expected_ids(until: ManualClock) -> list[str]:
    return sorted(sent.event.id for sent in expected(until))


def test_a_visitor_signs_in_and_finds_every_event_of_the_days(demo: Demo) -> None:
    account = demo.seed()
    visitor = demo.visitor()
    assert (account.email, account.password) == (visitor.user.email, PASSWORD)
    assert visitor.organization is not None
    assert visitor.organization.name == account.organization_name
    assert sorted(demo.event_ids()) == expected_ids(demo.clock)


def test_the_first_key_is_the_visitors_and_the_programs_have_keys_of_their_own(
    demo: Demo,
) -> None:
    secret = demo.seed().api_key
    assert secret is not None
    request = AuthenticateKeyRequest(secret=secret, scope=Scope.INGEST)
    assert demo.container.authenticate_key()(request).name == "Default key"
    used = {name: key.last_used_at for name, key in demo.keys().items() if name != "Default key"}
    assert used == {SERVICES_KEY: NOW, BATCH_KEY: NOW}


def test_a_budget_is_ok_one_warns_and_one_is_exceeded(demo: Demo) -> None:
    demo.seed()
    assert [budget.status.state for budget in demo.budgets()] == [
        BudgetState.OK,
        BudgetState.WARNING,
        BudgetState.EXCEEDED,
    ]


def test_seeding_again_changes_nothing_and_tells_no_secret(demo: Demo) -> None:
    demo.seed()
    before = demo.event_ids(), set(demo.keys()), demo.budgets()
    assert demo.seed().api_key is None
    assert (demo.event_ids(), set(demo.keys()), demo.budgets()) == before


def test_seeding_later_adds_what_happened_since(demo: Demo) -> None:
    demo.seed()
    before = set(demo.event_ids())
    demo.clock.advance(timedelta(days=1, hours=5))
    demo.seed()
    after = demo.event_ids()
    assert before < set(after)
    assert sorted(after) == expected_ids(demo.clock)


def test_seeding_after_half_a_year_fills_only_the_days_asked_for(demo: Demo) -> None:
    demo.seed()
    before = set(demo.event_ids())
    now = demo.clock.advance(timedelta(days=180))
    demo.seed()
    made = events_between(now - timedelta(days=DAYS), now, anchor=NOW.date(), rng_seed=7)
    assert set(demo.event_ids()) - before == {sent.event.id for sent in made}


def test_an_interrupted_run_is_finished_by_the_next(demo: Demo) -> None:
    demo.seed(days=0)
    assert demo.event_ids() == []
    key = demo.keys()[SERVICES_KEY]
    of_key = [sent.event for sent in expected(demo.clock) if sent.key == SERVICES_KEY]
    demo.container.ingest_events()(
        IngestEventsRequest(
            organization_id=key.organization_id, api_key_id=key.id, items=of_key[:50]
        )
    )
    demo.seed()
    assert sorted(demo.event_ids()) == expected_ids(demo.clock)


def test_a_visitors_own_choice_of_budgets_stands(demo: Demo) -> None:
    demo.seed()
    removed = demo.budgets()[0].budget
    demo.container.remove_budget()(
        RemoveBudgetRequest(organization_id=demo.organization_id, budget_id=removed.id)
    )
    demo.seed()
    assert removed.terms.name not in {it.budget.terms.name for it in demo.budgets()}
    assert len(demo.budgets()) == 2


def test_the_password_and_the_key_are_not_in_what_a_log_would_show(demo: Demo) -> None:
    account = demo.seed()
    assert account.password not in repr(account)
    assert str(account.api_key) not in repr(account)
