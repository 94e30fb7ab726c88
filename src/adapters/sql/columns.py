"""What the tables are made of.

Bounds of what is stored stand here as CHECK constraints too. Numbers have upper limits, because
PostgreSQL sorts NaN above all of them and ``NaN >= 0`` holds; times have them against infinity.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    MetaData,
    Uuid,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


#: A time that knows its zone.
MOMENT = DateTime(timezone=True)


def id_column(name: str = "id", *, nullable: bool = False) -> Column[str]:
    return Column(name, Uuid(as_uuid=False), nullable=nullable)


def time_column(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, MOMENT, nullable=nullable)


def finite_time(name: str) -> CheckConstraint:
    column = f'"{name}"' if name == "end" else name  # a word of SQL's own
    return CheckConstraint(f"{column} >= '2000-01-01Z' AND {column} < '2200-01-01Z'", name=name)


def finite_date(name: str) -> CheckConstraint:
    """Any day that Python has, and neither infinity."""
    return CheckConstraint(f"{name} >= '0001-01-01' AND {name} <= '9999-12-31'", name=name)


def bounded(name: str, low: int, high: int) -> CheckConstraint:
    return CheckConstraint(f"{name} >= {low} AND {name} <= {high}", name=name)


def each_bounded(name: str, low: int, high: int) -> CheckConstraint:
    """Each element that is not null."""
    return CheckConstraint(f"{low} <= ALL ({name}) AND {high} >= ALL ({name})", name=name)


def sha256_sized(name: str) -> CheckConstraint:
    return CheckConstraint(f"octet_length({name}) = 32", name=name)


def not_empty(name: str) -> CheckConstraint:
    return CheckConstraint(f"length({name}) >= 1", name=name)


def percents(name: str) -> CheckConstraint:
    """Each from 1 to 1,000, and not too many."""
    each = f"1 <= ALL ({name}) AND 1000 >= ALL ({name})"
    return CheckConstraint(f"{each} AND cardinality({name}) <= 20", name=name)


def amounts(name: str) -> CheckConstraint:
    """Each at least 0, and none missing."""
    each = f"0 <= ALL ({name}) AND 1e15 >= ALL ({name})"
    return CheckConstraint(f"{each} AND array_position({name}, NULL) IS NULL", name=name)


#: What every table of a tenant refers to.
ORGANIZATION = "organizations.id"
