"""The role and the database inside the embedded server, and their address."""

from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from adapters.embedded_postgres.folder import PORT

SUPERUSER = "postgres"
ROLE = DATABASE = "truecompute"


def database_url(socket_folder: Path) -> str:
    """The SQLAlchemy URL of the database; the port is named, or PGPORT would decide it."""
    return f"postgresql+psycopg://{ROLE}@/{DATABASE}?host={quote(str(socket_folder))}&port={PORT}"


def ensure_database(socket_folder: Path) -> None:
    """Make the role and its database where missing, and connect as the role.

    Raises:
        psycopg.OperationalError: the server does not take connections, or not yet.
    """
    with _connect(socket_folder, SUPERUSER) as connection:
        # An ordinary role: what slips into a statement cannot run programs or read files.
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if not found.fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not found.fetchone():
            names = (sql.Identifier(DATABASE), sql.Identifier(ROLE))
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
    _connect(socket_folder, ROLE).close()


def _connect(socket_folder: Path, role: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(socket_folder),
        port=PORT,
        user=role,
        dbname=role,
        autocommit=True,
        connect_timeout=10,
    )
