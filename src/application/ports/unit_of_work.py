"""One transaction over everything that is stored."""

from abc import abstractmethod
from types import TracebackType
from typing import Protocol, Self

from application.ports.alerts import AlertRepository
from application.ports.api_keys import ApiKeyRepository
from application.ports.budgets import BudgetRepository
from application.ports.channels import ChannelRepository
from application.ports.deliveries import DeliveryRepository
from application.ports.event_storage import EventStorage
from application.ports.events import EventStore
from application.ports.invitations import InvitationRepository
from application.ports.ledger import Ledger
from application.ports.members import MemberRepository
from application.ports.organizations import OrganizationRepository
from application.ports.price_books import PriceBooks
from application.ports.pricing_terms import PricingTermsRepository
from application.ports.repricings import Repricings
from application.ports.reservations import ReservationRepository
from application.ports.rollups import Rollups
from application.ports.sessions import SessionRepository
from application.ports.sign_in_attempts import SignInAttempts
from application.ports.usage_reports import UsageReports
from application.ports.users import UserRepository


class UnitOfWork(Protocol):
    """A context manager; leaving it rolls back unless ``commit`` was called.

    What was committed is durable when ``commit`` returns. Any method of it and of its
    repositories raises ``Unavailable`` when the store cannot be reached; nothing of the unit is
    stored then, except that a lost answer to ``commit`` leaves open whether it was.
    """

    users: UserRepository
    sessions: SessionRepository
    sign_in_attempts: SignInAttempts
    organizations: OrganizationRepository
    members: MemberRepository
    invitations: InvitationRepository
    api_keys: ApiKeyRepository
    events: EventStore
    usage_reports: UsageReports
    budgets: BudgetRepository
    ledger: Ledger
    reservations: ReservationRepository
    alerts: AlertRepository
    channels: ChannelRepository
    deliveries: DeliveryRepository
    pricing_terms: PricingTermsRepository
    repricings: Repricings
    rollups: Rollups
    event_storage: EventStorage
    price_books: PriceBooks

    @abstractmethod
    def commit(self) -> None:
        """Make all changes durable, together."""

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class UnitsOfWork(Protocol):
    """Begins units of work."""

    @abstractmethod
    def __call__(self, *, snapshot: bool = False) -> UnitOfWork:
        """A new unit of work, to be entered with ``with``.

        In a ``snapshot`` every read sees the same moment, and nothing can be written.
        """

    @abstractmethod
    def report(self) -> UnitOfWork:
        """A snapshot for what ``usage_reports`` adds up; other things may take longer in it."""

    @abstractmethod
    def look(self) -> UnitOfWork:
        """One for a read or two that need not see the same moment, and for nothing else."""

    @abstractmethod
    def in_one_step(self) -> UnitOfWork:
        """One for a single change by a method that says that it is one step.

        It is durable when the method returns; there is nothing to commit.
        """

    @abstractmethod
    def check(self) -> None:
        """Raises ``Unavailable`` when the store does not answer."""
