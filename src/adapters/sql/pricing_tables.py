"""The tables of an organization's own terms, and of the work of pricing calls again."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.sql.columns import (
    ORGANIZATION,
    bounded,
    finite_date,
    finite_time,
    id_column,
    metadata,
    not_empty,
    time_column,
)

#: Own prices, discounts and aliases; ``document`` holds what a kind alone has.
pricing_terms = Table(
    "pricing_terms",
    metadata,
    id_column(),
    id_column("organization_id"),
    Column("kind", String(16), nullable=False),
    Column("provider", String(256), nullable=False),
    # The model of an own price, the name of an alias, empty for a discount.
    Column("name", String(256), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("note", String(500)),
    Column("document", JSONB, nullable=False),
    id_column("created_by"),
    time_column("created_at"),
    time_column("updated_at"),
    PrimaryKeyConstraint("id"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("kind IN ('own_price', 'discount', 'alias')", name="kind"),
    CheckConstraint("(name = '') = (kind = 'discount')", name="named"),
    CheckConstraint("valid_from < valid_to", name="valid"),
    CheckConstraint("jsonb_typeof(document) = 'object'", name="document"),
    not_empty("provider"),
    finite_date("valid_from"),
    finite_date("valid_to"),
    finite_time("created_at"),
    finite_time("updated_at"),
    Index(None, "organization_id", "id"),
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
    finite_time("start"),
    finite_time("end"),
    finite_time("position_timestamp"),
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

#: Which book is in force; written the same wherever the unique index on it must serve.
IS_ACTIVE = "activated_at IS NOT NULL AND retired_at IS NULL"

#: Books that an operator gave, compressed; one that is not activated is staged.
price_books = Table(
    "price_books",
    metadata,
    id_column(),
    Column("book_version", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("note", String(500)),
    time_column("staged_at"),
    time_column("activated_at", nullable=True),
    time_column("retired_at", nullable=True),
    PrimaryKeyConstraint("id"),
    not_empty("book_version"),
    CheckConstraint("retired_at IS NULL OR activated_at IS NOT NULL", name="retired_was_active"),
    finite_time("staged_at"),
    finite_time("activated_at"),
    finite_time("retired_at"),
    # At most one, whoever activates at the same time.
    Index(
        "uq_price_books_active",
        text("(retired_at IS NULL)"),
        unique=True,
        postgresql_where=text(IS_ACTIVE),
    ),
)
