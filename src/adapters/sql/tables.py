"""The tables of people, organizations and keys, as the migrations leave them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

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
from domain.retention import LONGEST_DAYS, SHORTEST_DAYS

users = Table(
    "users",
    metadata,
    id_column(),
    Column("email", String(254), nullable=False),
    Column("name", String(100)),
    Column("password_hash", Text, nullable=False),
    time_column("created_at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("email"),
    CheckConstraint("email = lower(email)", name="email_lower"),
    finite_time("created_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, nullable=False),
    Column(
        "user_id", Uuid(as_uuid=False), ForeignKey("users.id", ondelete="CASCADE"), nullable=False
    ),
    time_column("created_at"),
    time_column("expires_at"),
    PrimaryKeyConstraint("token_hash"),
    sha256_sized("token_hash"),
    finite_time("created_at"),
    finite_time("expires_at"),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("bucket", LargeBinary, nullable=False),
    time_column("began_at"),
    Column("attempts", Integer, nullable=False),
    PrimaryKeyConstraint("bucket"),
    sha256_sized("bucket"),
    bounded("attempts", 0, 1_000_000),
    finite_time("began_at"),
    Index(None, "began_at"),
)

organizations = Table(
    "organizations",
    metadata,
    id_column(),
    Column("name", String(100), nullable=False),
    Column("slug", String(48), nullable=False),
    time_column("created_at"),
    Column("pricing_revision", BigInteger, nullable=False, server_default="0"),
    Column("retention_days", Integer),
    time_column("events_begin", nullable=True),
    Column("budgets_revision", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("slug"),
    not_empty("name"),
    CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_form"),
    bounded("pricing_revision", 0, 10**15),
    bounded("budgets_revision", 0, 10**15),
    bounded("retention_days", SHORTEST_DAYS, LONGEST_DAYS),
    finite_time("created_at"),
    finite_time("events_begin"),
)

_ROLES = "role IN ('owner', 'admin', 'member')"

members = Table(
    "members",
    metadata,
    id_column("organization_id"),
    id_column("user_id"),
    Column("role", String(16), nullable=False),
    time_column("joined_at"),
    PrimaryKeyConstraint("organization_id", "user_id"),
    UniqueConstraint("user_id"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
    CheckConstraint(_ROLES, name="role"),
    finite_time("joined_at"),
)

invitations = Table(
    "invitations",
    metadata,
    id_column(),
    id_column("organization_id"),
    Column("email", String(254), nullable=False),
    Column("role", String(16), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    id_column("invited_by"),
    time_column("created_at"),
    time_column("expires_at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("organization_id", "email"),
    UniqueConstraint("token_hash"),
    sha256_sized("token_hash"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("email = lower(email)", name="email_lower"),
    CheckConstraint(_ROLES, name="role"),
    finite_time("created_at"),
    finite_time("expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    id_column("organization_id"),
    Column("name", String(100), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("last_four", String(4), nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    id_column("created_by"),
    time_column("created_at"),
    time_column("last_used_at", nullable=True),
    time_column("expires_at", nullable=True),
    time_column("revoked_at", nullable=True),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("secret_hash"),
    sha256_sized("secret_hash"),
    not_empty("name"),
    UniqueConstraint("organization_id", "id"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("scopes <@ ARRAY['ingest', 'read'] AND cardinality(scopes) > 0", name="scopes"),
    finite_time("created_at"),
    finite_time("last_used_at"),
    finite_time("expires_at"),
    finite_time("revoked_at"),
)
