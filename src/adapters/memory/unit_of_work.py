"""Units of work on a store in memory."""

from types import TracebackType
from typing import Self

from adapters.memory.alerts import InMemoryAlertRepository
from adapters.memory.api_keys import InMemoryApiKeyRepository
from adapters.memory.budgets import InMemoryBudgetRepository
from adapters.memory.channels import InMemoryChannelRepository
from adapters.memory.deliveries import InMemoryDeliveryRepository
from adapters.memory.event_storage import InMemoryEventStorage
from adapters.memory.events import InMemoryEventStore
from adapters.memory.invitations import InMemoryInvitationRepository
from adapters.memory.ledger import InMemoryLedger
from adapters.memory.members import InMemoryMemberRepository
from adapters.memory.organizations import InMemoryOrganizationRepository
from adapters.memory.price_books import InMemoryPriceBooks
from adapters.memory.pricing_terms import InMemoryPricingTermsRepository
from adapters.memory.repricings import InMemoryRepricings
from adapters.memory.reservations import InMemoryReservationRepository
from adapters.memory.rollups import InMemoryRollups
from adapters.memory.sessions import InMemorySessionRepository
from adapters.memory.sign_in_attempts import InMemorySignInAttempts
from adapters.memory.state import State
from adapters.memory.store import Store
from adapters.memory.usage_reports import InMemoryUsageReports
from adapters.memory.users import InMemoryUserRepository
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork


class InMemoryUnitOfWork(UnitOfWork):
    """A copy of the store that ``commit`` puts in its place.

    Only one is open at a time, and others wait for it, so that none sees another's work half done
    and no commit undoes another. A snapshot waits for nobody and cannot be committed.
    """

    def __init__(self, store: Store, *, snapshot: bool) -> None:
        self._store = store
        self._snapshot = snapshot
        self._committed = False

    def __enter__(self) -> Self:
        self._state = state = self._store.read() if self._snapshot else self._store.begin()
        self._open_repositories(state)
        return self

    def commit(self) -> None:
        """Raises ``RuntimeError`` in a snapshot, and when it was committed before."""
        if self._snapshot:
            raise RuntimeError("a snapshot cannot be committed")
        if self._committed:
            raise RuntimeError("this unit of work was committed before")
        self._store.publish(self._state)
        self._committed = True

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._snapshot:
            self._store.end()

    def _open_repositories(self, state: State) -> None:
        self.users = InMemoryUserRepository(state)
        self.sessions = InMemorySessionRepository(state)
        self.sign_in_attempts = InMemorySignInAttempts(state)
        self.organizations = InMemoryOrganizationRepository(state)
        self.members = InMemoryMemberRepository(state)
        self.invitations = InMemoryInvitationRepository(state)
        self.api_keys = InMemoryApiKeyRepository(state)
        self.events = InMemoryEventStore(state)
        self.usage_reports = InMemoryUsageReports(state)
        self.budgets = InMemoryBudgetRepository(state)
        self.ledger = InMemoryLedger(state)
        self.reservations = InMemoryReservationRepository(state)
        self.alerts = InMemoryAlertRepository(state)
        self.channels = InMemoryChannelRepository(state)
        self.deliveries = InMemoryDeliveryRepository(state)
        self.pricing_terms = InMemoryPricingTermsRepository(state)
        self.repricings = InMemoryRepricings(state)
        self.rollups = InMemoryRollups()
        self.event_storage = InMemoryEventStorage(state)
        self.price_books = InMemoryPriceBooks(state)


class _InOneStep(InMemoryUnitOfWork):
    """Is committed when it is left, unless by an error, and not before."""

    def commit(self) -> None:
        raise RuntimeError("there is nothing to commit")

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if exc_type is None:
                super().commit()
        finally:
            super().__exit__(exc_type, exc, traceback)


class InMemoryUnitsOfWork(UnitsOfWork):
    """Units of work on one store, which lives and dies with this object.

    A thread has at most one open besides snapshots; a second one raises ``RuntimeError``.
    """

    def __init__(self) -> None:
        self._store = Store()

    def __call__(self, *, snapshot: bool = False) -> InMemoryUnitOfWork:
        return InMemoryUnitOfWork(self._store, snapshot=snapshot)

    def in_one_step(self) -> InMemoryUnitOfWork:
        return _InOneStep(self._store, snapshot=False)

    def report(self) -> InMemoryUnitOfWork:
        return self(snapshot=True)

    def look(self) -> InMemoryUnitOfWork:
        return self(snapshot=True)

    def check(self) -> None:
        """Memory always answers."""
