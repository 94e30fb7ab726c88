"""Which revision a database is at, without the half second that Alembic takes to import."""

import re
from pathlib import Path

import psycopg
from psycopg.errors import UndefinedTable

MIGRATIONS = Path(__file__).parents[3] / "alembic"
_ASSIGNED = re.compile(r'^(revision|down_revision)\b.*?= ["\'](\w+)["\']', re.MULTILINE)


def is_current(url: str) -> bool:
    """Whether the database has all tables of this version."""
    try:
        with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except UndefinedTable:
        return False
    return row is not None and row[0] == newest_revision()


def newest_revision() -> str:
    """The revision that no other one builds upon."""
    found = [
        _ASSIGNED.findall(file.read_text(encoding="utf-8"))
        for file in (MIGRATIONS / "versions").glob("*.py")
    ]
    revisions: set[str] = {value for pairs in found for name, value in pairs if name == "revision"}
    built_upon = {value for pairs in found for name, value in pairs if name == "down_revision"}
    (newest,) = revisions - built_upon
    return newest
