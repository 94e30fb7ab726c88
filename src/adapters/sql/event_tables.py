"""The tables of events and of the prices that were applied to them."""

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.sql.columns import (
    ORGANIZATION,
    bounded,
    finite_time,
    id_column,
    metadata,
    not_empty,
    sha256_sized,
    time_column,
)
from domain.usage.token_usage import TokenClass

#: Prices as they were applied, each once; an event's explanation is exact for as long as it lives.
quotes = Table(
    "quotes",
    metadata,
    Column("digest", String(64), nullable=False),
    Column("document", JSONB, nullable=False),
    PrimaryKeyConstraint("digest"),
)

#: Which events have no whole price; written the same wherever the partial index on it must serve.
IS_UNPRICED = "cost_source IN ('unpriced', 'partial')"

#: The part of `events` that takes what no month's part takes.
DEFAULT = "events_default"

#: One column per token class, so that sums need not open a document.
TOKEN_COLUMNS = {token_class: f"{token_class}_tokens" for token_class in TokenClass}

events = Table(
    "events",
    metadata,
    id_column("organization_id"),
    # The order of bytes, in which pages are read, so that the index serves it.
    Column("id", String(128, collation="C"), nullable=False),
    id_column("api_key_id"),
    time_column("timestamp"),
    time_column("received_at"),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("provider", String(256), nullable=False),
    Column("model", String(256), nullable=False),
    Column("requested_model", String(256)),
    Column("operation", String(256)),
    Column("api_base", String(256)),
    Column("service_tier", String(256)),
    Column("speed", String(256)),
    Column("region", String(256)),
    Column("status", String(16), nullable=False),
    Column("error_code", String(256)),
    Column("latency_ms", Integer),
    Column("time_to_first_token_ms", Integer),
    Column("provider_request_id", String(256)),
    Column("project", String(256)),
    Column("environment", String(256)),
    Column("user", String(256)),
    Column("session", String(256)),
    Column("trace_id", String(256)),
    Column("reservation_id", String(256)),
    Column("tags", JSONB, nullable=False),
    Column("usage_status", String(16), nullable=False),
    *(Column(name, BigInteger) for name in TOKEN_COLUMNS.values()),
    Column("units", JSONB(none_as_null=True)),
    # Verbatim: unlike JSONB this keeps the order of keys and the form of numbers.
    Column("provider_usage", JSON(none_as_null=True)),
    # What was sent of usage, its status and the tier, where that cannot be told from what is kept.
    Column("sent_usage", JSONB(none_as_null=True)),
    Column("provider_cost_usd", Numeric),
    Column("cost_usd", Numeric),
    Column("list_cost_usd", Numeric),
    Column("cache_savings_usd", Numeric),
    Column("cost_source", String(32), nullable=False),
    Column("cost_notes", ARRAY(Text), nullable=False),
    Column("quote_digest", String(64), ForeignKey("quotes.digest")),
    # The price book that was asked, also where it knew no price.
    Column("book_version", String(64)),
    time_column("repriced_at", nullable=True),
    # For pages in the order of time. That ids are unique over all months is up to `event_keys`.
    PrimaryKeyConstraint("organization_id", "timestamp", "id"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    ForeignKeyConstraint(
        ["organization_id", "api_key_id"], ["api_keys.organization_id", "api_keys.id"]
    ),
    not_empty("id"),
    not_empty("provider"),
    not_empty("model"),
    CheckConstraint("status IN ('success', 'error')", name="status"),
    CheckConstraint(
        "usage_status IN ('complete', 'partial', 'missing', 'estimated')", name="usage_status"
    ),
    CheckConstraint(
        "cost_source IN ('provider_reported', 'computed', 'estimated', 'partial', 'unpriced')",
        name="cost_source",
    ),
    CheckConstraint("(cost_usd IS NULL) = (cost_source = 'unpriced')", name="unknown_is_not_free"),
    sha256_sized("fingerprint"),
    finite_time("timestamp"),
    finite_time("received_at"),
    finite_time("repriced_at"),
    bounded("latency_ms", 0, 86_400_000),
    bounded("time_to_first_token_ms", 0, 86_400_000),
    *(bounded(name, 0, 10**9) for name in TOKEN_COLUMNS.values()),
    bounded("provider_cost_usd", 0, 10**6),
    bounded("cost_usd", 0, 10**9),
    bounded("list_cost_usd", 0, 10**9),
    bounded("cache_savings_usd", -(10**9), 10**9),
    Index(
        "ix_events_unpriced",
        "organization_id",
        "timestamp",
        "id",
        postgresql_where=text(IS_UNPRICED),
    ),
    # One user's calls are few, and found here where users are filtered by, and where days are cut
    # of those who may be costliest.
    Index(
        "ix_events_user",
        "organization_id",
        "user",
        "timestamp",
        postgresql_where=text('"user" IS NOT NULL'),
    ),
    # The few calls of a trace or a session are looked for by its name, whenever they were made.
    *(
        Index(
            f"ix_events_{name}",
            "organization_id",
            name,
            "timestamp",
            postgresql_where=text(f"{name} IS NOT NULL"),
        )
        for name in ("trace_id", "session")
    ),
    # The costliest and the slowest calls are the first ones here (`event_places.py`).
    *(
        Index(
            f"ix_events_{name}",
            "organization_id",
            name,
            postgresql_where=text(f"{name} IS NOT NULL"),
        )
        for name in ("cost_usd", "latency_ms")
    ),
    # By month, so that old calls are dropped at once, and recent ones found in small indexes.
    postgresql_partition_by='RANGE ("timestamp")',
)
#: For times that no month's table has been made for: nothing is ever refused for want of one.
_MAKE_DEFAULT = DDL(  # type: ignore[no-untyped-call]
    f"CREATE TABLE {DEFAULT} PARTITION OF events DEFAULT"
)
event.listen(events, "after_create", _MAKE_DEFAULT)

#: The ids that are taken, over all months, each with the time of its event, which tells the month.
event_keys = Table(
    "event_keys",
    metadata,
    id_column("organization_id"),
    Column("id", String(128, collation="C"), nullable=False),
    time_column("timestamp"),
    # What is the same for reports of one call (`domain/same_call.py`).
    Column("call_digest", BigInteger),
    # The event that tells of the same call, where there was one: this one is not stored beside it.
    Column("merged_into", String(128, collation="C")),
    Column("merged_fingerprint", LargeBinary),
    PrimaryKeyConstraint("organization_id", "id"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("(merged_into IS NULL) = (merged_fingerprint IS NULL)", name="merged"),
    sha256_sized("merged_fingerprint"),
    finite_time("timestamp"),
    Index(
        "ix_event_keys_call_digest",
        "organization_id",
        "call_digest",
        unique=True,
        postgresql_where=text("call_digest IS NOT NULL"),
    ),
    Index(
        "ix_event_keys_merged_into",
        "organization_id",
        "merged_into",
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
)
