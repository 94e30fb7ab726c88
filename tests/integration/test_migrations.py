"""The migrations, up and down, and the tables they leave."""

import os
import subprocess
import sys
from decimal import Decimal

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

from adapters.sql.migrations import _config, downgrade, upgrade
from adapters.sql.schema import metadata
from tests.integration.database import PostgresServer, temporary_database

#: Everything that the catalogue knows about columns, constraints and indexes, by name.
CATALOGUE = """
SELECT 'column', table_name, column_name, concat_ws(' ', data_type, udt_name, is_nullable,
           character_maximum_length, numeric_precision, numeric_scale, collation_name,
           column_default, rank() OVER (PARTITION BY table_name ORDER BY ordinal_position))
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""
#: An organization, a key and a call, as the tables were before events lay in months.
A_CALL_OF_0004 = """
INSERT INTO users (id, email, password_hash, created_at)
    VALUES ('00000000-0000-0000-0000-000000000001', 'ann@example.com', '', now());
INSERT INTO organizations (id, name, slug, created_at)
    VALUES ('00000000-0000-0000-0000-000000000002', 'Acme', 'acme', now());
INSERT INTO members (organization_id, user_id, role, joined_at)
    SELECT o.id, u.id, 'owner', now() FROM organizations AS o, users AS u;
INSERT INTO api_keys (id, organization_id, name, secret_hash, prefix, last_four, scopes, created_by,
        created_at)
    SELECT '00000000-0000-0000-0000-000000000003', o.id, 'Key', sha256('k'), 'tc_live_', 'abcd',
        '{ingest}', u.id, now() FROM organizations AS o, users AS u;
INSERT INTO events (organization_id, id, api_key_id, "timestamp", received_at, fingerprint,
        provider, model, status, tags, usage_status, cost_usd, cost_source, cost_notes)
    SELECT organization_id, 'call-1', id, now(), now(), sha256('c'), 'openai', 'gpt-4o', 'success',
        '{}', 'complete', 0.25, 'computed', '{}' FROM api_keys;
INSERT INTO pending_rollups (organization_id, event_ids) SELECT id, '{call-1}' FROM organizations
"""
#: Two budgets of the same month, and one of two days.
PERIODS_OF_0013 = """
INSERT INTO budgets (id, organization_id, name, limit_usd, period, timezone, scope, scope_tags,
        thresholds, forecast_thresholds, enforcement, unpriced, version, created_at, updated_at)
    SELECT lpad(number::text, 32, '0')::uuid, id, 'B', 10, period, 'UTC', '{}', '{}', '{50}',
        '{100}', 'block', 'block', 1, now(), now()
    FROM organizations, (VALUES (5, 'month'), (6, 'month'), (7, 'day')) AS b (number, period);
INSERT INTO budget_periods (organization_id, budget_id, start, "end", spent_usd, reserved_usd,
        forecast)
    SELECT id, lpad(number::text, 32, '0')::uuid, start, "end", spent, reserved, forecast
    FROM organizations, (VALUES
        (6, '2026-11-01Z'::timestamptz, '2026-12-01Z'::timestamptz, 0.000000000000000001, 2,
            '{"days": 28}'::jsonb),
        (5, '2026-11-01Z', '2026-12-01Z', 0.1, 0, NULL),
        (7, '2026-11-23Z', '2026-11-24Z', 3.5, 0, NULL),
        (7, '2026-11-24Z', '2026-11-25Z', 0, 0, NULL)
    ) AS p (number, start, "end", spent, reserved, forecast);
INSERT INTO reservations (id, organization_id, estimate_usd, created_at, expires_at)
    SELECT lpad('8', 32, '0')::uuid, id, 2, '2026-11-23Z', '2026-11-24Z' FROM organizations;
INSERT INTO reservation_holds (organization_id, reservation_id, budget_id, start, expires_at,
        amount_usd)
    SELECT r.organization_id, r.id, p.budget_id, p.start, r.expires_at, 2
    FROM reservations AS r, budget_periods AS p WHERE p.reserved_usd > 0
"""
UPGRADE = "import sys; from adapters.sql.migrations import upgrade; upgrade(sys.argv[1])"


def revisions() -> list[str]:
    """All of them, oldest first."""
    script = ScriptDirectory.from_config(_config(""))
    return [revision.revision for revision in script.walk_revisions()][::-1]


def catalogue(url: str) -> set[tuple[object, ...]]:
    """What is in a database, without the table in which Alembic keeps its own revision."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(CATALOGUE).fetchall()
    return {row for row in rows if row[1] != "alembic_version"}


def engine_of(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)


def test_each_migration_goes_up_and_down_and_up_again(empty_database_url: str) -> None:
    before = "base"
    for revision in revisions():
        upgrade(empty_database_url, revision)
        made = catalogue(empty_database_url)
        downgrade(empty_database_url, before)
        upgrade(empty_database_url, revision)
        assert catalogue(empty_database_url) == made
        before = revision


def test_at_the_bottom_nothing_is_left(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    assert catalogue(empty_database_url) != set()
    downgrade(empty_database_url, "base")
    assert catalogue(empty_database_url) == set()


def test_the_migrations_leave_exactly_the_tables_of_the_program(
    postgres: PostgresServer, empty_database_url: str
) -> None:
    upgrade(empty_database_url)
    with temporary_database(postgres) as url:
        engine = engine_of(url)
        metadata.create_all(engine)
        assert catalogue(empty_database_url) == catalogue(url)


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    before = catalogue(database_url)
    upgrade(database_url)
    assert catalogue(database_url) == before


def test_two_migrators_at_once_both_succeed(empty_database_url: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    migrators = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, empty_database_url],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    complaints = [migrator.communicate(timeout=60)[1] for migrator in migrators]
    assert [migrator.returncode for migrator in migrators] == [0, 0], complaints
    upgrade(empty_database_url)
    assert catalogue(empty_database_url) != set()


def test_a_failed_migration_leaves_the_database_as_it_was(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url) as connection:
        # Something in the way of the last tables that the migrations make.
        connection.execute("CREATE TABLE events (mine int)")
    before = catalogue(empty_database_url)
    with pytest.raises(Exception, match='relation "events" already exists'):
        upgrade(empty_database_url)
    assert catalogue(empty_database_url) == before


def test_calls_that_are_stored_keep_their_ids_and_wait_for_the_sums_through_the_upgrade(
    empty_database_url: str,
) -> None:
    upgrade(empty_database_url, "0004")
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(A_CALL_OF_0004)
    upgrade(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        (stored,) = connection.execute(
            """SELECT e.id, e.cost_usd, p.timestamps = ARRAY[e."timestamp"]
            FROM events AS e JOIN event_keys AS k USING (organization_id, id, "timestamp")
            JOIN pending_rollups AS p USING (organization_id)"""
        ).fetchall()
    assert stored == ("call-1", Decimal("0.25"), True)


def test_a_secret_that_was_replaced_signs_on_through_the_upgrade_and_back(
    empty_database_url: str,
) -> None:
    upgrade(empty_database_url, "0004")
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(A_CALL_OF_0004)
    upgrade(empty_database_url, "0012")
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(
            "INSERT INTO channels (id, organization_id, type, name, target, created_at, secret,"
            " old_secret, old_secret_until)"
            " SELECT gen_random_uuid(), id, 'webhook', name, 'https://x', now(), 'new', old, until"
            " FROM organizations, (VALUES ('old', '2026-11-28Z'::timestamptz), (NULL, NULL))"
            " AS replaced (old, until)"
        )
    upgrade(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        found = connection.execute("SELECT old_secrets FROM channels").fetchall()
    until = "2026-11-28T00:00:00+00:00"
    assert sorted(found, key=str) == [([],), ([{"until": until, "secret": "old"}],)]
    downgrade(empty_database_url, "0012")
    with psycopg.connect(empty_database_url) as connection:
        back = connection.execute(
            "SELECT old_secret, old_secret_until = '2026-11-28Z' FROM channels"
        ).fetchall()
    assert sorted(back, key=str) == [("old", True), (None, None)]


def test_what_budgets_have_spent_and_hold_is_the_same_through_the_upgrade_and_back(
    empty_database_url: str,
) -> None:
    upgrade(empty_database_url, "0004")
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(A_CALL_OF_0004)
    upgrade(empty_database_url, "0013")
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(PERIODS_OF_0013)
    before = ledger_of_0013(empty_database_url)
    assert len(before[0]) == 4
    upgrade(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        rows = connection.execute(
            "SELECT budget_ids::text[], spent_usd, reserved_usd FROM budget_periods"
            ' ORDER BY start, "end"'
        ).fetchall()
    month, day = [f"{number:032d}" for number in (5, 6)], [f"{7:032d}"]
    assert [([each.replace("-", "") for each in row[0]], *row[1:]) for row in rows] == [
        (month, [Decimal("0.1"), Decimal("0.000000000000000001")], [Decimal(0), Decimal(2)]),
        (day, [Decimal("3.5")], [Decimal(0)]),
        (day, [Decimal(0)], [Decimal(0)]),
    ]
    downgrade(empty_database_url, "0013")
    assert ledger_of_0013(empty_database_url) == before
    upgrade(empty_database_url)


def ledger_of_0013(url: str) -> tuple[list[tuple[object, ...]], ...]:
    with psycopg.connect(url) as connection:
        periods = connection.execute("SELECT * FROM budget_periods ORDER BY budget_id, start")
        held = connection.execute("SELECT * FROM reservation_holds ORDER BY budget_id, start")
        return periods.fetchall(), held.fetchall()


def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory.from_config(_config("")).get_heads()) == 1
