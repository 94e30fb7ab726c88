"""How migrations run: one transaction each, one migrator at a time."""

import os

from alembic import context
from sqlalchemy import create_engine, make_url, pool, text

from adapters.sql.schema import metadata

#: Any number that nothing else in this database locks.
_ADVISORY_LOCK = 7_226_114_001


def run() -> None:
    """Bring the database to the revision that was asked for."""
    url = context.config.get_main_option("sqlalchemy.url") or os.environ["DATABASE_URL"]
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), poolclass=pool.NullPool
    )
    with engine.connect() as connection:
        # A lock of the session, not of a transaction: it spans all revisions of one run.
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        # As the program has it: elsewhere some days have 23 or 25 hours.
        connection.execute(text("SET timezone TO 'UTC'"))
        connection.commit()
        context.configure(
            connection=connection, target_metadata=metadata, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
