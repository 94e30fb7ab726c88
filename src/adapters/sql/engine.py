"""The connection pool, and the one place where a driver's errors become the domain's."""

import math
import select
import time
from typing import Any

import msgspec
from psycopg import Error as DriverError
from psycopg.errors import (
    DeadlockDetected,
    FeatureNotSupported,
    LockNotAvailable,
    UniqueViolation,
)
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from adapters.sql.constraints import conflict_for
from domain.decimals import exact
from domain.errors import Busy, TrueComputeError, Unavailable

#: A statement that runs longer is a fault, not a wait. Seconds of patience for a connection.
_STATEMENT_TIMEOUT_MS = 15_000
_LOCK_TIMEOUT_MS = 5_000
_CONNECT_TIMEOUT_S = 5
_POOL_TIMEOUT_S = 5
_TRUSTED_S = 1.0
#: Statements that a connection keeps prepared: those of a report take PostgreSQL 0.5 to 2 MB each.
_MOST_PREPARED = 48
#: Statements that a process keeps as text: those of a report take 0.4 MB each, and may be half as
#: many again before the oldest go.
_MOST_COMPILED = 200
#: Fractions are kept as a sender wrote them: money may stand in a provider's usage.
TO_JSON = msgspec.json.Encoder(decimal_format="number")
_FROM_JSON = msgspec.json.Decoder(float_hook=exact)


def create_pool(url: str, *, size: int = 8) -> Engine:
    """An engine for psycopg 3 whose errors are ``Unavailable`` or ``Conflict`` where they can be.

    Nothing is connected yet. Durability needs PostgreSQL's own settings and is not weakened here.
    """
    options = (
        f"-c statement_timeout={_STATEMENT_TIMEOUT_MS} -c lock_timeout={_LOCK_TIMEOUT_MS}"
        " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
        # Compiling a report's statement took a tenth of a second, and running it half of that; and
        # most of what a report sorts fits into so much memory.
        " -c jit=off -c work_mem=16MB"
    )
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=size,
        # The one that was at work last has most statements prepared.
        pool_use_lifo=True,
        max_overflow=2,
        pool_timeout=_POOL_TIMEOUT_S,
        hide_parameters=True,
        query_cache_size=_MOST_COMPILED,
        json_serializer=TO_JSON.encode,
        json_deserializer=_FROM_JSON.decode,
        connect_args={"options": options, "connect_timeout": _CONNECT_TIMEOUT_S},
    )
    event.listen(engine, "handle_error", _translate)
    event.listen(engine, "connect", _limit_prepared)
    _ask_idle_connections(engine)
    return engine


def _limit_prepared(driver: Any, _: ConnectionPoolEntry) -> None:
    driver.prepared_max = _MOST_PREPARED


def _ask_idle_connections(engine: Engine) -> None:
    """Ask a connection whether it is still there, unless it was at work a moment ago.

    SQLAlchemy's own ``pool_pre_ping`` asks each time, which takes a request as long as a statement.
    A server that ends a connection says so, and that is seen without asking.
    """

    def returned(_: object, record: ConnectionPoolEntry) -> None:
        record.info["returned"] = time.monotonic()

    def wanted(driver: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        idle_s = time.monotonic() - record.info.get("returned", math.inf)
        if idle_s < _TRUSTED_S and not _has_word(driver):
            return
        try:
            engine.dialect.do_ping(driver)
        except DriverError as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", returned)
    event.listen(engine, "checkout", wanted)


def _has_word(driver: DBAPIConnection) -> bool:
    """Whether the server has sent something that nobody asked for: its farewell, most likely."""
    waiting = select.poll()
    waiting.register(driver.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def translated(error: DriverError, connection: Connection) -> Exception:
    """The domain's error, or what SQLAlchemy would have raised, had the statement come by it."""
    if error.diag.message_primary:
        error.args = (error.diag.message_primary,)
    wrapped = DBAPIError.instance(
        None, None, error, DriverError, hide_parameters=True, dialect=connection.dialect
    )
    return _domain_error(wrapped) or wrapped


def _translate(context: ExceptionContext) -> None:
    _forget_values(context)
    error = _domain_error(context.sqlalchemy_exception)
    if error is not None:
        raise error from context.original_exception


def _forget_values(context: ExceptionContext) -> None:
    """Cut an error's text to its first sentence: the rest quotes rows, and errors are logged."""
    driver_error, error = context.original_exception, context.sqlalchemy_exception
    if isinstance(driver_error, DriverError) and driver_error.diag.message_primary:
        driver_error.args = (driver_error.diag.message_primary,)
        if error is not None:
            error.args = (f"({type(driver_error).__name__}) {driver_error}",)


def _domain_error(error: Exception | None) -> TrueComputeError | None:
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, UniqueViolation):
        return conflict_for(error.orig.diag.constraint_name)
    if isinstance(error.orig, LockNotAvailable | DeadlockDetected):
        return Busy("The database is busy. Try again shortly.")
    # Away, restarting, full, too slow, or changed by an upgrade since it was prepared: in each case
    # a retry is right.
    is_temporary = isinstance(error, OperationalError | InterfaceError) or _is_outdated(error)
    if is_temporary or error.connection_invalidated:
        return Unavailable("The database is not available. Try again shortly.")
    return None


def _is_outdated(error: DBAPIError) -> bool:
    """Whether a prepared statement would answer with other types than it did, told by the place
    in PostgreSQL that says so, whose words are in its own language.
    """
    refusal = error.orig
    if not isinstance(refusal, FeatureNotSupported):
        return False
    return refusal.diag.source_function == "RevalidateCachedQuery"
