"""The tables of PostgreSQL, as the migrations leave them.

Bounds of what is stored stand here as CHECK constraints too. Numbers have upper limits, because
PostgreSQL sorts NaN above all of them and ``NaN >= 0`` holds; times have them against infinity.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.usage.token_usage import TokenClass

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _id(name: str = "id", *, nullable: bool = False) -> Column[str]:
    return Column(name, Uuid(as_uuid=False), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _finite_time(name: str) -> CheckConstraint:
    return CheckConstraint(f"{name} >= '2000-01-01Z' AND {name} < '2200-01-01Z'", name=name)


def _bounded(name: str, low: int, high: int) -> CheckConstraint:
    return CheckConstraint(f"{name} >= {low} AND {name} <= {high}", name=name)


users = Table(
    "users",
    metadata,
    _id(),
    Column("email", String(254), nullable=False),
    Column("name", String(100)),
    Column("password_hash", Text, nullable=False),
    _time("created_at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("email"),
    CheckConstraint("email = lower(email)", name="email_lower"),
    _finite_time("created_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, nullable=False),
    Column(
        "user_id", Uuid(as_uuid=False), ForeignKey("users.id", ondelete="CASCADE"), nullable=False
    ),
    _time("created_at"),
    _time("expires_at"),
    PrimaryKeyConstraint("token_hash"),
    _finite_time("created_at"),
    _finite_time("expires_at"),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("bucket", LargeBinary, nullable=False),
    _time("began_at"),
    Column("attempts", Integer, nullable=False),
    PrimaryKeyConstraint("bucket"),
    _finite_time("began_at"),
    Index(None, "began_at"),
)

organizations = Table(
    "organizations",
    metadata,
    _id(),
    Column("name", String(100), nullable=False),
    Column("slug", String(48), nullable=False),
    _time("created_at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("slug"),
    CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_form"),
    _finite_time("created_at"),
)

_ORGANIZATION = "organizations.id"
_ROLES = "role IN ('owner', 'admin', 'member')"

members = Table(
    "members",
    metadata,
    _id("organization_id"),
    _id("user_id"),
    Column("role", String(16), nullable=False),
    _time("joined_at"),
    PrimaryKeyConstraint("organization_id", "user_id"),
    UniqueConstraint("user_id"),
    ForeignKeyConstraint(["organization_id"], [_ORGANIZATION], ondelete="CASCADE"),
    ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
    CheckConstraint(_ROLES, name="role"),
    _finite_time("joined_at"),
)

invitations = Table(
    "invitations",
    metadata,
    _id(),
    _id("organization_id"),
    Column("email", String(254), nullable=False),
    Column("role", String(16), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    _id("invited_by"),
    _time("created_at"),
    _time("expires_at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("organization_id", "email"),
    UniqueConstraint("token_hash"),
    ForeignKeyConstraint(["organization_id"], [_ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("email = lower(email)", name="email_lower"),
    CheckConstraint(_ROLES, name="role"),
    _finite_time("created_at"),
    _finite_time("expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _id(),
    _id("organization_id"),
    Column("name", String(100), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("last_four", String(4), nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    _id("created_by"),
    _time("created_at"),
    _time("last_used_at", nullable=True),
    _time("expires_at", nullable=True),
    _time("revoked_at", nullable=True),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("secret_hash"),
    UniqueConstraint("organization_id", "id"),
    ForeignKeyConstraint(["organization_id"], [_ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("scopes <@ ARRAY['ingest', 'read'] AND cardinality(scopes) > 0", name="scopes"),
    _finite_time("created_at"),
    _finite_time("last_used_at"),
    _finite_time("expires_at"),
    _finite_time("revoked_at"),
)

#: Prices as they were applied, each once; an event's explanation is exact for as long as it lives.
quotes = Table(
    "quotes",
    metadata,
    Column("digest", String(64), nullable=False),
    Column("document", JSONB, nullable=False),
    PrimaryKeyConstraint("digest"),
)

#: One column per token class, so that sums need not open a document.
TOKEN_COLUMNS = {token_class: f"{token_class}_tokens" for token_class in TokenClass}

events = Table(
    "events",
    metadata,
    _id("organization_id"),
    Column("id", String(128), nullable=False),
    _id("api_key_id"),
    _time("timestamp"),
    _time("received_at"),
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
    PrimaryKeyConstraint("organization_id", "id"),
    ForeignKeyConstraint(["organization_id"], [_ORGANIZATION], ondelete="CASCADE"),
    ForeignKeyConstraint(
        ["organization_id", "api_key_id"], ["api_keys.organization_id", "api_keys.id"]
    ),
    CheckConstraint("length(id) >= 1", name="id"),
    CheckConstraint("status IN ('success', 'error')", name="status"),
    CheckConstraint(
        "usage_status IN ('complete', 'partial', 'missing', 'estimated')", name="usage_status"
    ),
    CheckConstraint(
        "cost_source IN ('provider_reported', 'computed', 'estimated', 'partial', 'unpriced')",
        name="cost_source",
    ),
    CheckConstraint("(cost_usd IS NULL) = (cost_source = 'unpriced')", name="unknown_is_not_free"),
    CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint"),
    _finite_time("timestamp"),
    _finite_time("received_at"),
    _bounded("latency_ms", 0, 86_400_000),
    _bounded("time_to_first_token_ms", 0, 86_400_000),
    *(_bounded(name, 0, 10**9) for name in TOKEN_COLUMNS.values()),
    _bounded("provider_cost_usd", 0, 10**6),
    _bounded("cost_usd", 0, 10**9),
    _bounded("list_cost_usd", 0, 10**9),
    _bounded("cache_savings_usd", -(10**9), 10**9),
    Index(None, "organization_id", "timestamp", "id"),
)

budgets = Table(
    "budgets",
    metadata,
    _id(),
    _id("organization_id"),
    Column("name", String(100), nullable=False),
    Column("limit_usd", Numeric, nullable=False),
    Column("period", String(16), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("scope_tags", JSONB, nullable=False),
    Column("thresholds", ARRAY(Integer), nullable=False),
    Column("forecast_thresholds", ARRAY(Integer), nullable=False),
    Column("enforcement", String(16), nullable=False),
    Column("unpriced", String(32), nullable=False),
    Column("unpriced_estimate_usd", Numeric),
    Column("version", Integer, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    PrimaryKeyConstraint("id"),
    ForeignKeyConstraint(["organization_id"], [_ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("limit_usd > 0 AND limit_usd <= 1000000", name="limit_usd"),
    CheckConstraint("period IN ('day', 'week', 'month')", name="period"),
    CheckConstraint("enforcement IN ('alert', 'block')", name="enforcement"),
    CheckConstraint("unpriced IN ('block', 'allow', 'estimate')", name="unpriced"),
    CheckConstraint(
        "(unpriced = 'estimate') = (unpriced_estimate_usd IS NOT NULL)", name="unpriced_estimate"
    ),
    _bounded("unpriced_estimate_usd", 0, 10**6),
    _finite_time("created_at"),
    _finite_time("updated_at"),
    Index(None, "organization_id", "id"),
)
