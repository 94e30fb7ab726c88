"""The tables of the work of pricing calls again."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from adapters.sql.columns import (
    ORGANIZATION,
    bounded,
    finite_time,
    id_column,
    metadata,
    not_empty,
    time_column,
)

repricings = Table(
    "repricings",
    metadata,
    id_column(),
    id_column("organization_id"),
    Column("reason", String(16), nullable=False),
    Column("provider", String(256)),
    Column("name", String(256)),
    time_column("start", nullable=True),
    time_column("end", nullable=True),
    id_column("terms_id", nullable=True),
    id_column("requested_by", nullable=True),
    time_column("requested_at"),
    time_column("due_at"),
    Column("state", String(16), nullable=False),
    time_column("position_timestamp", nullable=True),
    Column("position_id", String(128)),
    Column("seen", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("cost_before_usd", Numeric, nullable=False),
    Column("cost_after_usd", Numeric, nullable=False),
    time_column("finished_at", nullable=True),
    PrimaryKeyConstraint("id"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("reason IN ('alias', 'own_price', 'discount', 'price_book')", name="reason"),
    CheckConstraint("state IN ('waiting', 'running', 'done')", name="state"),
    CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="done_is_finished"),
    CheckConstraint("(position_timestamp IS NULL) = (position_id IS NULL)", name="whole_position"),
    bounded("seen", 0, 10**15),
    bounded("changed", 0, 10**15),
    bounded("cost_before_usd", 0, 10**15),
    bounded("cost_after_usd", 0, 10**15),
    finite_time("requested_at"),
    finite_time("due_at"),
    finite_time("finished_at"),
    Index(None, "organization_id", "id"),
    Index("ix_repricings_due", "due_at", "id", postgresql_where=text("state <> 'done'")),
)

#: Each price book that has been in force, so that its first day is noticed once.
noted_books = Table(
    "noted_books",
    metadata,
    Column("book_version", String(64), nullable=False),
    time_column("noted_at"),
    PrimaryKeyConstraint("book_version"),
    not_empty("book_version"),
    finite_time("noted_at"),
)
