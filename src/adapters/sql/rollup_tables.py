"""Sums over events that are kept ready, so that a report reads days instead of calls."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.sql.columns import (
    ORGANIZATION,
    bounded,
    each_bounded,
    finite_time,
    id_column,
    metadata,
    time_column,
)
from adapters.sql.event_tables import TOKEN_COLUMNS
from domain.costing import CostSource
from domain.report import Dimension
from domain.rollup import Breakdown
from domain.tags import LONGEST_TAG_NAME

#: The columns of dimensions, in the order in which they make a row's key.
DIMENSIONS = (*Breakdown.COMBINED.dimensions, Dimension.USER)
#: Sums that are never null, and those that are null where they are nothing, to save room.
COUNTS = ("calls", "errors", *(f"{source}_calls" for source in CostSource))
SUMS = (
    "cost_usd",
    "cache_savings_usd",
    "latency_ms",
    "first_token_ms",
    *TOKEN_COLUMNS.values(),
)
_MONEY = ("cost_usd", "cache_savings_usd")
#: A number of calls and the slot of their duration in one: n << 10 | kind << 9 | slot.
SLOT_BITS, FIRST_TOKEN_BIT = 10, 1 << 9


def sum_columns() -> Iterator[Column[Any]]:
    """What a row of sums has, whatever it is a row of."""
    yield from (Column(name, BigInteger, nullable=False) for name in COUNTS)
    yield from (Column(name, Numeric if name in _MONEY else BigInteger) for name in SUMS)
    yield Column("durations", ARRAY(BigInteger))


def bounded_sums() -> Iterator[CheckConstraint]:
    """Against what is no number; a sum that pricing again has made wrong is left to `verify`."""
    return (bounded(name, -(10**18), 10**18) for name in (*COUNTS, *SUMS))


usage_rollups = Table(
    "usage_rollups",
    metadata,
    id_column("organization_id"),
    Column("breakdown", String(32), nullable=False),
    Column("tier", SmallInteger, nullable=False),
    time_column("start"),
    # A digest of the dimensions: they may be null, and together longer than a key may be.
    Column("digest", Uuid(as_uuid=False), nullable=False),
    *(Column(dimension.value, String(256)) for dimension in Breakdown.COMBINED.dimensions),
    *sum_columns(),
    Column(Dimension.USER.value, String(256)),
    PrimaryKeyConstraint("organization_id", "breakdown", "tier", "start", "digest"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("tier BETWEEN 0 AND 5", name="tier"),
    finite_time("start"),
    *bounded_sums(),
    # A bucket of now is written with every batch: room for its next version on the same page.
    postgresql_with={"fillfactor": "70"},
)

#: Up to when an organization's weeks have sums; without a row none has. It is no column of the
#: organization's own row, which every sender holds.
summed_weeks = Table(
    "summed_weeks",
    metadata,
    id_column("organization_id"),
    time_column("weeks_until"),
    # Up to when `gathered_sums` were last looked through for what they lack; null is never.
    time_column("gathered_until", nullable=True),
    PrimaryKeyConstraint("organization_id"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    finite_time("weeks_until"),
    finite_time("gathered_until"),
)

#: What is gathered of the sums of a bucket, element by element. Costs may be null.
GATHERED = ("calls", "unpriced_calls", "cost_usd")
#: Copies of the sums by user, or by value of a tag, of a bucket that is over: one row is read in a
#: fraction of the time that hundreds of scattered ones take. Whatever changes one of these forgets
#: the copies, in the same transaction.
gathered_sums = Table(
    "gathered_sums",
    metadata,
    id_column("organization_id"),
    Column("tier", SmallInteger, nullable=False),
    time_column("start"),
    Column("breakdown", String(32), nullable=False),
    # Empty for users.
    Column("tag", String(LONGEST_TAG_NAME), nullable=False),
    # By null, the calls without a user, or of all values of the tag that have no sum of their own.
    Column("names", ARRAY(Text), nullable=False),
    *(
        Column(name, ARRAY(Numeric if name in _MONEY else BigInteger), nullable=False)
        for name in GATHERED
    ),
    PrimaryKeyConstraint("organization_id", "tier", "start", "breakdown", "tag"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("tier BETWEEN 1 AND 5", name="tier"),
    finite_time("start"),
    *(each_bounded(name, -(10**18), 10**18) for name in GATHERED),
    CheckConstraint(
        " AND ".join(f"cardinality({name}) = cardinality(names)" for name in GATHERED),
        name="names",
    ),
)

#: Calls that are in no sum yet, a row for each transaction that stored some. Reports read them
#: beside the sums; that way no transaction waits for another one's sums of the same hour.
pending_rollups = Table(
    "pending_rollups",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    id_column("organization_id"),
    Column("event_ids", ARRAY(Text), nullable=False),
    # Of these events, in the same order: an event is found by its time, which tells the month.
    Column("timestamps", ARRAY(DateTime(timezone=True)), nullable=False),
    PrimaryKeyConstraint("number"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    Index(None, "organization_id"),
)
