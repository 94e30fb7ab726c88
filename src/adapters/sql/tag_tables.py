"""Sums over events by one tag at a time, with models or without, and what they are kept of."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Uuid,
)

from adapters.sql.columns import (
    ORGANIZATION,
    finite_time,
    id_column,
    metadata,
    time_column,
)
from adapters.sql.rollup_tables import bounded_sums, sum_columns
from domain.tags import LONGEST_TAG_NAME

#: In the place of a tag's name, which is never empty: all calls, with tags or without, by null, and
#: the calls that have a tag, whatever its value, by the tag's name.
WHOLE = ""

#: What has sums: each value of a tag, as many as are allowed; by null, all further values of the
#: tag together; and ``WHOLE``. Once it is here it stays, so that its sums have all calls since.
tag_values = Table(
    "tag_values",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    id_column("organization_id"),
    Column("tag", String(LONGEST_TAG_NAME), nullable=False),
    Column("value", String(256)),
    PrimaryKeyConstraint("organization_id", "number"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    Index(
        "ix_tag_values_tag",
        "organization_id",
        "tag",
        "value",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
)


def _of_value() -> ForeignKeyConstraint:
    own = ["organization_id", "number"]
    return ForeignKeyConstraint(own, [f"tag_values.{name}" for name in own], ondelete="CASCADE")


#: A number in place of names: there may be a row for each tag of each call.
tag_rollups = Table(
    "tag_rollups",
    metadata,
    id_column("organization_id"),
    Column("number", BigInteger, nullable=False),
    Column("tier", SmallInteger, nullable=False),
    time_column("start"),
    *sum_columns(),
    PrimaryKeyConstraint("organization_id", "number", "tier", "start"),
    _of_value(),
    CheckConstraint("tier BETWEEN 1 AND 4", name="tier"),
    finite_time("start"),
    *bounded_sums(),
    # Most buckets of most values are written once or twice.
    postgresql_with={"fillfactor": "90"},
)

#: By model as well, of the values that have a number of their own, by day.
tag_model_rollups = Table(
    "tag_model_rollups",
    metadata,
    id_column("organization_id"),
    Column("number", BigInteger, nullable=False),
    time_column("start"),
    # A digest of provider and model, which together may be longer than a key.
    Column("digest", Uuid(as_uuid=False), nullable=False),
    Column("provider", String(256), nullable=False),
    Column("model", String(256), nullable=False),
    *sum_columns(),
    PrimaryKeyConstraint("organization_id", "number", "start", "digest"),
    _of_value(),
    finite_time("start"),
    *bounded_sums(),
    postgresql_with={"fillfactor": "90"},
)
