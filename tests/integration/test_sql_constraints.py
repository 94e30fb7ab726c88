"""PostgreSQL itself refuses amounts, counts and times that no report could show.

The columns are taken from the tables, so that one added without its bounds fails here.
"""

import traceback
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import CheckViolation
from sqlalchemy import ARRAY, BigInteger, Column, Date, DateTime, Numeric
from sqlalchemy.exc import IntegrityError

from adapters.sql.engine import create_pool
from adapters.sql.event_tables import TOKEN_COLUMNS, events
from adapters.sql.schema import metadata
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.ports.unit_of_work import UnitsOfWork
from domain.budget_version import BudgetVersion
from domain.organization import Organization
from domain.reservation import Hold, Reservation
from domain.rollup import weeks_over
from tests.agreements import discount
from tests.builders import (
    NOW,
    a_budget,
    a_hash,
    a_member,
    a_session,
    a_user,
    an_api_key,
    an_event,
    an_id,
    an_invitation,
    an_organization,
)
from tests.contracts.ledger import FORECAST, THIS
from tests.contracts.notifications import a_channel, a_delivery, an_alert
from tests.contracts.price_books import a_book
from tests.contracts.repricings import SCOPE, a_repricing
from tests.integration.database import PostgresServer, temporary_database

TIMES = ["infinity", "-infinity", "1999-12-31T23:59:59.999999Z", "2200-01-01T00:00:00Z"]
#: Besides what is no amount at all: the first amount below, and the first one above the bounds.
AMOUNTS = {
    "limit_usd": ["0", "1000000.000001"],
    "unpriced_estimate_usd": ["-0.000001", "1000000.000001"],
    "provider_cost_usd": ["-0.000001", "1000000.000001"],
    "cost_usd": ["-0.000001", "1000000000.000001"],
    "list_cost_usd": ["-0.000001", "1000000000.000001"],
    "cache_savings_usd": ["-1000000000.000001", "1000000000.000001"],
    "cost_before_usd": ["-0.000001", "1000000000000000.000001"],
    "cost_after_usd": ["-0.000001", "1000000000000000.000001"],
    "spent_usd": ["-0.000001", "1000000000000000.000001"],
    "reserved_usd": ["-0.000001", "1000000000000000.000001"],
    "estimate_usd": ["-0.000001", "1000000.000001"],
    "amount_usd": ["-0.000001", "1000000.000001"],
}
NO_AMOUNTS = ["NaN", "Infinity", "-Infinity"]
SUMS = [f"{10**18 + 1}", f"-{10**18 + 1}"]
TOKENS = ["-1", "1000000001"]
_COUNTED = ("pricing_revision", "budgets_revision", "seen", "changed")
#: What counts over all calls or changes.
COUNTS = {name: ["-1", f"{10**15 + 1}"] for name in _COUNTED}
DURATIONS = {name: ["-1", "86400001"] for name in ("latency_ms", "time_to_first_token_ms")}
EXTREMES = [
    ("events", "timestamp", "2000-01-01T00:00:00Z"),
    ("events", "timestamp", "2199-12-31T23:59:59.999999Z"),
    ("events", "cost_usd", "0"),
    ("events", "cost_usd", "1000000000"),
    ("events", "cache_savings_usd", "-1000000000"),
    ("events", "provider_cost_usd", "1000000"),
    ("events", "input_tokens", "0"),
    ("events", "input_tokens", "1000000000"),
    ("events", "latency_ms", "86400000"),
    ("budgets", "limit_usd", "0.000000000000000001"),
    ("budgets", "limit_usd", "1000000"),
]


def refused_values(column: Column[object]) -> list[str]:
    """What a column must not hold; nothing for one that holds no amount, count or time."""
    if isinstance(column.type, DateTime):
        return TIMES
    if column.identity is not None or column.foreign_keys or column.name == "call_digest":
        return []
    if column.table.name in ("usage_rollups", "tag_rollups", "tag_model_rollups") and isinstance(
        column.type, Numeric | BigInteger
    ):
        return SUMS + (NO_AMOUNTS if isinstance(column.type, Numeric) else [])
    if column.table.name == "gathered_sums":
        return [f"{{{value}}}" for value in _of_elements(column)]
    if isinstance(column.type, ARRAY) and isinstance(column.type.item_type, Numeric):
        return [f"{{{value}}}" for value in ["NULL", *NO_AMOUNTS, *AMOUNTS[column.name]]]
    if isinstance(column.type, Numeric):
        return NO_AMOUNTS + AMOUNTS[column.name]
    if isinstance(column.type, Date):
        return ["infinity", "-infinity"]
    if isinstance(column.type, BigInteger):
        return COUNTS.get(column.name, TOKENS)
    return DURATIONS.get(column.name, [])


def _of_elements(column: Column[object]) -> list[str]:
    """Of each element of an array of sums."""
    of = column.type.item_type if isinstance(column.type, ARRAY) else None
    if isinstance(of, Numeric):
        return [*SUMS, *NO_AMOUNTS]
    return SUMS if isinstance(of, BigInteger) else []


#: What a worker does with the sums of a day of hundreds of users.
GATHERED = """
INSERT INTO gathered_sums
SELECT id, 2, '2026-11-23Z', 'user', '', '{ann}', '{1}', '{0}', '{1}' FROM organizations
"""
OTHERS = [
    ("gathered_sums", "tier", "0"),
    ("gathered_sums", "tier", "6"),
    ("gathered_sums", "names", "{}"),
    ("budgets", "thresholds", "{0}"),
    ("budgets", "thresholds", "{50,1001}"),
    ("budgets", "forecast_thresholds", "{-1}"),
    ("budgets", "version", "0"),
    ("budget_versions", "version", "0"),
    ("budget_periods", "budget_ids", "{}"),
    ("alerts", "kind", "whim"),
    ("alerts", "threshold", "1001"),
    ("channels", "name", ""),
    ("channels", "target", ""),
    ("deliveries", "attempts", "-1"),
    ("deliveries", "state", "lost"),
    ("budgets", "name", ""),
    ("sign_in_attempts", "attempts", "-1"),
    ("sign_in_attempts", "bucket", "\\x00"),
    ("sessions", "token_hash", "\\x00"),
    ("invitations", "token_hash", "\\x00"),
    ("api_keys", "secret_hash", "\\x00"),
    ("api_keys", "name", ""),
    ("organizations", "name", ""),
    ("events", "id", ""),
    ("events", "provider", ""),
    ("events", "model", ""),
    ("events", "fingerprint", "\\x00"),
    ("pricing_terms", "provider", ""),
    ("pricing_terms", "kind", "gift"),
    ("pricing_terms", "document", "[]"),
    ("repricings", "reason", "whim"),
    ("noted_books", "book_version", ""),
    ("price_books", "book_version", ""),
]
REFUSED = OTHERS + [
    (table.name, column.name, value)
    for table in metadata.sorted_tables
    for column in table.columns
    for value in refused_values(column)
]


@pytest.fixture(scope="module")
def connection(
    postgres: PostgresServer, migrated_template: str
) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """To a database with one row in every table but the quotes."""
    with temporary_database(postgres, migrated_template) as url:
        engine = create_pool(url)
        _store_one_of_each(SqlUnitsOfWork(engine))
        engine.dispose()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(GATHERED)
            yield connection


def _store_one_of_each(units_of_work: UnitsOfWork) -> None:
    user, organization = a_user(), an_organization()
    key, budget = an_api_key(organization), a_budget(organization)
    estimating = replace(budget.terms, unpriced=Decimal("0.05"))
    with units_of_work() as uow:
        uow.users.add(user)
        uow.sessions.add(a_session(user))
        uow.sign_in_attempts.count(a_hash(), NOW, NOW)
        uow.organizations.add(organization)
        uow.members.add(organization.id, a_member(organization, user))
        uow.invitations.put(organization.id, an_invitation(organization))
        uow.api_keys.add(organization.id, key)
        uow.events.append(organization.id, [an_event(key, tags={"team": "search"})])
        uow.rollups.add_waiting()
        uow.rollups.close_weeks(weeks_over(NOW))
        uow.budgets.add(organization.id, replace(budget, terms=estimating))
        uow.budgets.add_version(organization.id, BudgetVersion.of(budget, None))
        uow.ledger.open(organization.id, budget.id, THIS, Decimal(1), Decimal(0))
        uow.ledger.keep_forecast(organization.id, (budget.id, THIS.start), FORECAST)
        hold = Hold(budget.id, THIS.start, Decimal(1))
        uow.reservations.add(organization.id, a_reservation(organization, hold))
        alert, channel = an_alert(organization), a_channel(organization)
        uow.alerts.claim(organization.id, alert)
        uow.channels.add(organization.id, channel)
        uow.deliveries.add(organization.id, [a_delivery(channel, alert)])
        uow.pricing_terms.add(organization.id, discount("10", organization_id=organization.id))
        uow.repricings.add(organization.id, a_repricing(organization, scope=SCOPE).finished(NOW))
        uow.repricings.note_book("2026-11-26", NOW)
        book = a_book()
        uow.price_books.stage(book)
        uow.price_books.activate(book, NOW)
        uow.price_books.retire(NOW)
        uow.commit()


def a_reservation(organization: Organization, hold: Hold) -> Reservation:
    return Reservation(
        id=an_id(), organization_id=organization.id, estimate_usd=hold.amount_usd,
        created_at=NOW, expires_at=NOW, holds=(hold,),
    )  # fmt: skip


def put(
    connection: psycopg.Connection[tuple[object, ...]], table: str, column: str, value: str | None
) -> int:
    """Write ``value`` into the column of the one row, and take it back; how many rows it met."""
    statement = sql.SQL("UPDATE {} SET {} = %s").format(
        sql.Identifier(table), sql.Identifier(column)
    )
    with connection.transaction(force_rollback=True):
        return connection.execute(statement, [value]).rowcount


@pytest.mark.parametrize(("table", "column", "value"), REFUSED)
def test_what_no_report_could_show_is_refused(
    connection: psycopg.Connection[tuple[object, ...]], table: str, column: str, value: str
) -> None:
    with pytest.raises(CheckViolation) as caught:
        put(connection, table, column, value)
    assert caught.value.diag.constraint_name == f"ck_{table}_{column}"


@pytest.mark.parametrize(("table", "column", "value"), EXTREMES)
def test_the_extremes_of_what_is_allowed_are_stored(
    connection: psycopg.Connection[tuple[object, ...]], table: str, column: str, value: str
) -> None:
    assert put(connection, table, column, value) == 1


@pytest.mark.parametrize(("column", "value"), [("cost_usd", None), ("cost_source", "unpriced")])
def test_a_call_is_unpriced_exactly_when_its_cost_is_unknown(
    connection: psycopg.Connection[tuple[object, ...]], column: str, value: str | None
) -> None:
    with pytest.raises(CheckViolation, match="unknown_is_not_free"):
        put(connection, "events", column, value)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("events", "status", "failed"),
        ("events", "usage_status", "unknown"),
        ("events", "cost_source", "guessed"),
        ("events", "id", ""),
        ("events", "fingerprint", "short"),
        ("members", "role", "boss"),
        ("invitations", "role", "boss"),
        ("users", "email_lower", "Ada@example.com"),
        ("api_keys", "scopes", "{}"),
        ("api_keys", "scopes", "{admin}"),
        ("budgets", "period", "year"),
        ("budgets", "enforcement", "hope"),
    ],
)
def test_a_word_that_nobody_knows_is_refused(
    connection: psycopg.Connection[tuple[object, ...]], table: str, column: str, value: str
) -> None:
    with pytest.raises(CheckViolation) as caught:
        put(connection, table, column.removesuffix("_lower"), value)
    assert caught.value.diag.constraint_name == f"ck_{table}_{column}"


def test_the_error_of_a_refused_row_does_not_repeat_the_row(database_url: str) -> None:
    engine = create_pool(database_url)
    wrong = replace(an_organization(), name="Confidential", slug="no slug")
    with pytest.raises(IntegrityError) as caught, SqlUnitsOfWork(engine)() as uow:
        uow.organizations.add(wrong)
    engine.dispose()
    told = "".join(traceback.format_exception(caught.value))
    assert "slug_form" in told
    assert "Confidential" not in told


def test_every_class_of_tokens_has_a_column_with_bounds() -> None:
    bounded = {column for table, column, _ in REFUSED if table == events.name}
    assert set(TOKEN_COLUMNS.values()) <= bounded
