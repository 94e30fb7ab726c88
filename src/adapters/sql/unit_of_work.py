"""One transaction of PostgreSQL."""

from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from adapters.sql.alerts import SqlAlertRepository
from adapters.sql.api_keys import SqlApiKeyRepository
from adapters.sql.budgets import SqlBudgetRepository
from adapters.sql.channels import SqlChannelRepository
from adapters.sql.deliveries import SqlDeliveryRepository
from adapters.sql.event_storage import SqlEventStorage
from adapters.sql.events import SqlEventStore
from adapters.sql.invitations import SqlInvitationRepository
from adapters.sql.kept_sums import SeenWeeks
from adapters.sql.ledger import SqlLedger
from adapters.sql.members import SqlMemberRepository
from adapters.sql.organization_revisions import OrganizationRevisions
from adapters.sql.organizations import SqlOrganizationRepository
from adapters.sql.posting import Places
from adapters.sql.price_books import SqlPriceBooks
from adapters.sql.pricing_terms import SqlPricingTermsRepository
from adapters.sql.repricings import SqlRepricings
from adapters.sql.reservations import SqlReservationRepository
from adapters.sql.rollups import SqlRollups
from adapters.sql.sessions import SqlSessionRepository
from adapters.sql.sign_in_attempts import SqlSignInAttempts
from adapters.sql.snapshots import Snapshot
from adapters.sql.usage_reports import SqlUsageReports
from adapters.sql.users import SqlUserRepository
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.errors import Unavailable


class SqlUnitOfWork(UnitOfWork):
    """A connection with a transaction of the ``isolation_level``, by default READ COMMITTED.

    With AUTOCOMMIT there is none, which saves the two round trips of its beginning and its end.
    """

    def __init__(
        self,
        engine: Engine,
        places: Places,
        weeks: SeenWeeks,
        isolation_level: IsolationLevel = "READ COMMITTED",
    ) -> None:
        self._engine = engine
        self._places = places
        self._weeks = weeks
        self._isolation_level: IsolationLevel = isolation_level

    def __enter__(self) -> Self:
        self._connection = connection = _connect(self._engine)
        self._begin()
        self.users = SqlUserRepository(connection)
        self.sessions = SqlSessionRepository(connection)
        self.sign_in_attempts = SqlSignInAttempts(connection)
        self.organizations = SqlOrganizationRepository(connection)
        self.members = SqlMemberRepository(connection)
        self.invitations = SqlInvitationRepository(connection)
        self.api_keys = SqlApiKeyRepository(connection)
        self.events = SqlEventStore(connection)
        self.usage_reports = SqlUsageReports(connection, self._weeks)
        revisions = OrganizationRevisions(connection)
        self.budgets = SqlBudgetRepository(connection, revisions)
        self.ledger = SqlLedger(connection, revisions, self._places)
        self.reservations = SqlReservationRepository(connection)
        self.alerts = SqlAlertRepository(connection)
        self.channels = SqlChannelRepository(connection)
        self.deliveries = SqlDeliveryRepository(connection)
        self.pricing_terms = SqlPricingTermsRepository(connection, revisions)
        self.repricings = SqlRepricings(connection)
        self.rollups = SqlRollups(connection)
        self.event_storage = SqlEventStorage(connection)
        self.price_books = SqlPriceBooks(connection)
        return self

    def _begin(self) -> None:
        if self._isolation_level != "READ COMMITTED":
            self._connection.execution_options(isolation_level=self._isolation_level)
        self._transaction = self._connection.begin()

    def commit(self) -> None:
        if self._isolation_level == "AUTOCOMMIT":
            raise RuntimeError("there is no transaction to commit")
        self._transaction.commit()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Closing returns the connection to the pool, which rolls an open transaction back.
        self._connection.close()


class SqlSnapshot(SqlUnitOfWork):
    """One moment, in which nothing can be written.

    Statements of sums are planned once for a connection, which takes longer than to follow the
    plan. How a list is best read depends on what it is asked for, and is planned each time.
    """

    def __init__(
        self, engine: Engine, places: Places, weeks: SeenWeeks, *, of_sums: bool = False
    ) -> None:
        super().__init__(engine, places, weeks, "AUTOCOMMIT")
        self._of_sums = of_sums

    def _begin(self) -> None:
        super()._begin()
        self._snapshot = Snapshot(self._connection)
        try:
            self._snapshot.begin(of_sums=self._of_sums)
        except BaseException:
            self._connection.close()
            raise

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._snapshot.end()
        finally:
            super().__exit__(exc_type, exc, traceback)


class SqlUnitsOfWork(UnitsOfWork):
    """Units of work on one pool of connections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._places = Places()
        self._weeks = SeenWeeks()

    def __call__(self, *, snapshot: bool = False) -> SqlUnitOfWork:
        return self._snapshot() if snapshot else self._new("READ COMMITTED")

    def report(self) -> SqlUnitOfWork:
        return self._snapshot(of_sums=True)

    def look(self) -> SqlUnitOfWork:
        return self._new("AUTOCOMMIT")

    def in_one_step(self) -> SqlUnitOfWork:
        return self._new("AUTOCOMMIT")

    def _new(self, isolation_level: IsolationLevel) -> SqlUnitOfWork:
        return SqlUnitOfWork(self._engine, self._places, self._weeks, isolation_level)

    def _snapshot(self, *, of_sums: bool = False) -> SqlUnitOfWork:
        return SqlSnapshot(self._engine, self._places, self._weeks, of_sums=of_sums)

    def check(self) -> None:
        with _connect(self._engine) as connection:
            connection.execute(text("SELECT 1"))


def _connect(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except PoolTimeoutError as error:
        raise Unavailable("The database is busy. Try again shortly.") from error
