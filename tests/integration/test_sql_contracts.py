"""The adapters of PostgreSQL keep every promise of the ports."""

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import InternalError

from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.ports.unit_of_work import UnitsOfWork
from tests.contracts.api_keys import ApiKeyRepositoryContract
from tests.contracts.budgets import BudgetRepositoryContract
from tests.contracts.event_merging import EventMergingContract
from tests.contracts.event_neighbours import EventNeighboursContract
from tests.contracts.event_pages import EventPagesContract
from tests.contracts.event_repricing import EventRepricingContract
from tests.contracts.event_round_trips import EventRoundTripContract
from tests.contracts.event_storage import EventStorageContract
from tests.contracts.events import EventStoreContract
from tests.contracts.invitations import InvitationRepositoryContract
from tests.contracts.known_names import KnownNamesContract
from tests.contracts.ledger import LedgerContract
from tests.contracts.members import MemberRepositoryContract
from tests.contracts.notifications import NotificationsContract
from tests.contracts.organizations import OrganizationRepositoryContract
from tests.contracts.price_books import PriceBooksContract
from tests.contracts.price_gaps import PriceGapsContract
from tests.contracts.pricing_terms import PricingTermsContract
from tests.contracts.repricings import RepricingsContract
from tests.contracts.reservations import ReservationRepositoryContract
from tests.contracts.rollups import RollupsContract
from tests.contracts.sessions import SessionRepositoryContract
from tests.contracts.sign_in_attempts import SignInAttemptsContract
from tests.contracts.unit_of_work import UnitOfWorkContract
from tests.contracts.usage_filters import UsageFiltersContract
from tests.contracts.usage_group_series import UsageGroupSeriesContract
from tests.contracts.usage_groups import UsageGroupsContract
from tests.contracts.usage_measures import UsageMeasuresContract
from tests.contracts.usage_series import UsageSeriesContract
from tests.contracts.usage_trends import UsageTrendsContract
from tests.contracts.users import UserRepositoryContract


@pytest.fixture
def units_of_work(database_url: str) -> Iterator[UnitsOfWork]:
    engine = create_pool(database_url)
    yield SqlUnitsOfWork(engine)
    engine.dispose()


class TestUnitOfWork(UnitOfWorkContract):
    refusal = InternalError


class TestUsers(UserRepositoryContract): ...


class TestSessions(SessionRepositoryContract): ...


class TestSignInAttempts(SignInAttemptsContract): ...


class TestOrganizations(OrganizationRepositoryContract): ...


class TestMembers(MemberRepositoryContract): ...


class TestInvitations(InvitationRepositoryContract): ...


class TestApiKeys(ApiKeyRepositoryContract): ...


class TestEvents(EventStoreContract): ...


class TestEventRoundTrips(EventRoundTripContract): ...


class TestEventMerging(EventMergingContract): ...


class TestEventStorage(EventStorageContract): ...


class TestEventPages(EventPagesContract): ...


class TestUsageMeasures(UsageMeasuresContract): ...


class TestUsageFilters(UsageFiltersContract): ...


class TestUsageSeries(UsageSeriesContract): ...


class TestUsageTrends(UsageTrendsContract): ...


class TestEventNeighbours(EventNeighboursContract): ...


class TestUsageGroupSeries(UsageGroupSeriesContract): ...


class TestUsageGroups(UsageGroupsContract): ...


class TestKnownNames(KnownNamesContract): ...


class TestBudgets(BudgetRepositoryContract): ...


class TestEventRepricing(EventRepricingContract): ...


class TestRepricings(RepricingsContract): ...


class TestPricingTerms(PricingTermsContract): ...


class TestPriceGaps(PriceGapsContract): ...


class TestPriceBooks(PriceBooksContract): ...


class TestRollups(RollupsContract): ...


class TestLedger(LedgerContract): ...


class TestReservations(ReservationRepositoryContract): ...


class TestNotifications(NotificationsContract): ...
