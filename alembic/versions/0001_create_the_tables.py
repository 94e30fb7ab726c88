"""Create the tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("slug", sa.String(length=48), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_organizations_created_at"),
        ),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_organizations_slug_form")
        ),
        sa.CheckConstraint("length(name) >= 1", name=op.f("ck_organizations_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("slug", name=op.f("uq_organizations_slug")),
    )
    op.create_table(
        "quotes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_quotes")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "began_at >= '2000-01-01Z' AND began_at < '2200-01-01Z'",
            name=op.f("ck_sign_in_attempts_began_at"),
        ),
        sa.CheckConstraint(
            "attempts >= 0 AND attempts <= 1000000", name=op.f("ck_sign_in_attempts_attempts")
        ),
        sa.CheckConstraint("octet_length(bucket) = 32", name=op.f("ck_sign_in_attempts_bucket")),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(
        op.f("ix_sign_in_attempts_began_at"), "sign_in_attempts", ["began_at"], unique=False
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_users_created_at"),
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_api_keys_created_at"),
        ),
        sa.CheckConstraint(
            "expires_at >= '2000-01-01Z' AND expires_at < '2200-01-01Z'",
            name=op.f("ck_api_keys_expires_at"),
        ),
        sa.CheckConstraint(
            "last_used_at >= '2000-01-01Z' AND last_used_at < '2200-01-01Z'",
            name=op.f("ck_api_keys_last_used_at"),
        ),
        sa.CheckConstraint(
            "revoked_at >= '2000-01-01Z' AND revoked_at < '2200-01-01Z'",
            name=op.f("ck_api_keys_revoked_at"),
        ),
        sa.CheckConstraint(
            "scopes <@ ARRAY['ingest', 'read'] AND cardinality(scopes) > 0",
            name=op.f("ck_api_keys_scopes"),
        ),
        sa.CheckConstraint("length(name) >= 1", name=op.f("ck_api_keys_name")),
        sa.CheckConstraint("octet_length(secret_hash) = 32", name=op.f("ck_api_keys_secret_hash")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_api_keys_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_api_keys_organization_id_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_keys_secret_hash")),
    )
    op.create_table(
        "budgets",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("limit_usd", sa.Numeric(), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scope_tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("thresholds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("forecast_thresholds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("enforcement", sa.String(length=16), nullable=False),
        sa.Column("unpriced", sa.String(length=32), nullable=False),
        sa.Column("unpriced_estimate_usd", sa.Numeric(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(unpriced = 'estimate') = (unpriced_estimate_usd IS NOT NULL)",
            name=op.f("ck_budgets_unpriced_estimate"),
        ),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_budgets_created_at"),
        ),
        sa.CheckConstraint(
            "enforcement IN ('alert', 'block')", name=op.f("ck_budgets_enforcement")
        ),
        sa.CheckConstraint("period IN ('day', 'week', 'month')", name=op.f("ck_budgets_period")),
        sa.CheckConstraint(
            "unpriced IN ('block', 'allow', 'estimate')", name=op.f("ck_budgets_unpriced")
        ),
        sa.CheckConstraint(
            "updated_at >= '2000-01-01Z' AND updated_at < '2200-01-01Z'",
            name=op.f("ck_budgets_updated_at"),
        ),
        sa.CheckConstraint(
            "1 <= ALL (forecast_thresholds) AND 1000 >= ALL (forecast_thresholds) AND cardinality(forecast_thresholds) <= 20",
            name=op.f("ck_budgets_forecast_thresholds"),
        ),
        sa.CheckConstraint(
            "1 <= ALL (thresholds) AND 1000 >= ALL (thresholds) AND cardinality(thresholds) <= 20",
            name=op.f("ck_budgets_thresholds"),
        ),
        sa.CheckConstraint("length(name) >= 1", name=op.f("ck_budgets_name")),
        sa.CheckConstraint(
            "limit_usd > 0 AND limit_usd <= 1000000", name=op.f("ck_budgets_limit_usd")
        ),
        sa.CheckConstraint(
            "unpriced_estimate_usd >= 0 AND unpriced_estimate_usd <= 1000000",
            name=op.f("ck_budgets_unpriced_estimate_usd"),
        ),
        sa.CheckConstraint(
            "version >= 1 AND version <= 1000000000", name=op.f("ck_budgets_version")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_budgets_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
    )
    op.create_index(
        op.f("ix_budgets_organization_id_id"), "budgets", ["organization_id", "id"], unique=False
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("invited_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_invitations_created_at"),
        ),
        sa.CheckConstraint(
            "expires_at >= '2000-01-01Z' AND expires_at < '2200-01-01Z'",
            name=op.f("ck_invitations_expires_at"),
        ),
        sa.CheckConstraint(
            "role IN ('owner', 'admin', 'member')", name=op.f("ck_invitations_role")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_invitations_email_lower")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_invitations_token_hash")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_invitations_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint(
            "organization_id", "email", name=op.f("uq_invitations_organization_id_email")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_table(
        "members",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "joined_at >= '2000-01-01Z' AND joined_at < '2200-01-01Z'",
            name=op.f("ck_members_joined_at"),
        ),
        sa.CheckConstraint("role IN ('owner', 'admin', 'member')", name=op.f("ck_members_role")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_members_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_members_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("organization_id", "user_id", name=op.f("pk_members")),
        sa.UniqueConstraint("user_id", name=op.f("uq_members_user_id")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_sessions_created_at"),
        ),
        sa.CheckConstraint(
            "expires_at >= '2000-01-01Z' AND expires_at < '2200-01-01Z'",
            name=op.f("ck_sessions_expires_at"),
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_sessions_token_hash")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.String(length=128, collation="C"), nullable=False),
        sa.Column("api_key_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sa.String(length=256), nullable=False),
        sa.Column("model", sa.String(length=256), nullable=False),
        sa.Column("requested_model", sa.String(length=256), nullable=True),
        sa.Column("operation", sa.String(length=256), nullable=True),
        sa.Column("api_base", sa.String(length=256), nullable=True),
        sa.Column("service_tier", sa.String(length=256), nullable=True),
        sa.Column("speed", sa.String(length=256), nullable=True),
        sa.Column("region", sa.String(length=256), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=256), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("time_to_first_token_ms", sa.Integer(), nullable=True),
        sa.Column("provider_request_id", sa.String(length=256), nullable=True),
        sa.Column("project", sa.String(length=256), nullable=True),
        sa.Column("environment", sa.String(length=256), nullable=True),
        sa.Column("user", sa.String(length=256), nullable=True),
        sa.Column("session", sa.String(length=256), nullable=True),
        sa.Column("trace_id", sa.String(length=256), nullable=True),
        sa.Column("reservation_id", sa.String(length=256), nullable=True),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("usage_status", sa.String(length=16), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_read_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_5m_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_1h_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("reasoning_tokens", sa.BigInteger(), nullable=True),
        sa.Column("input_audio_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_read_audio_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_audio_tokens", sa.BigInteger(), nullable=True),
        sa.Column("input_image_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_image_tokens", sa.BigInteger(), nullable=True),
        sa.Column("input_video_tokens", sa.BigInteger(), nullable=True),
        sa.Column(
            "units", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("provider_usage", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "sent_usage", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("provider_cost_usd", sa.Numeric(), nullable=True),
        sa.Column("cost_usd", sa.Numeric(), nullable=True),
        sa.Column("list_cost_usd", sa.Numeric(), nullable=True),
        sa.Column("cache_savings_usd", sa.Numeric(), nullable=True),
        sa.Column("cost_source", sa.String(length=32), nullable=False),
        sa.Column("cost_notes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("quote_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(cost_usd IS NULL) = (cost_source = 'unpriced')",
            name=op.f("ck_events_unknown_is_not_free"),
        ),
        sa.CheckConstraint(
            "cost_source IN ('provider_reported', 'computed', 'estimated', 'partial', 'unpriced')",
            name=op.f("ck_events_cost_source"),
        ),
        sa.CheckConstraint(
            "received_at >= '2000-01-01Z' AND received_at < '2200-01-01Z'",
            name=op.f("ck_events_received_at"),
        ),
        sa.CheckConstraint("status IN ('success', 'error')", name=op.f("ck_events_status")),
        sa.CheckConstraint(
            "timestamp >= '2000-01-01Z' AND timestamp < '2200-01-01Z'",
            name=op.f("ck_events_timestamp"),
        ),
        sa.CheckConstraint(
            "usage_status IN ('complete', 'partial', 'missing', 'estimated')",
            name=op.f("ck_events_usage_status"),
        ),
        sa.CheckConstraint(
            "cache_read_audio_tokens >= 0 AND cache_read_audio_tokens <= 1000000000",
            name=op.f("ck_events_cache_read_audio_tokens"),
        ),
        sa.CheckConstraint(
            "cache_read_tokens >= 0 AND cache_read_tokens <= 1000000000",
            name=op.f("ck_events_cache_read_tokens"),
        ),
        sa.CheckConstraint(
            "cache_savings_usd >= -1000000000 AND cache_savings_usd <= 1000000000",
            name=op.f("ck_events_cache_savings_usd"),
        ),
        sa.CheckConstraint(
            "cache_write_1h_tokens >= 0 AND cache_write_1h_tokens <= 1000000000",
            name=op.f("ck_events_cache_write_1h_tokens"),
        ),
        sa.CheckConstraint(
            "cache_write_5m_tokens >= 0 AND cache_write_5m_tokens <= 1000000000",
            name=op.f("ck_events_cache_write_5m_tokens"),
        ),
        sa.CheckConstraint(
            "cost_usd >= 0 AND cost_usd <= 1000000000", name=op.f("ck_events_cost_usd")
        ),
        sa.CheckConstraint(
            "input_audio_tokens >= 0 AND input_audio_tokens <= 1000000000",
            name=op.f("ck_events_input_audio_tokens"),
        ),
        sa.CheckConstraint(
            "input_image_tokens >= 0 AND input_image_tokens <= 1000000000",
            name=op.f("ck_events_input_image_tokens"),
        ),
        sa.CheckConstraint(
            "input_tokens >= 0 AND input_tokens <= 1000000000", name=op.f("ck_events_input_tokens")
        ),
        sa.CheckConstraint(
            "input_video_tokens >= 0 AND input_video_tokens <= 1000000000",
            name=op.f("ck_events_input_video_tokens"),
        ),
        sa.CheckConstraint(
            "latency_ms >= 0 AND latency_ms <= 86400000", name=op.f("ck_events_latency_ms")
        ),
        sa.CheckConstraint("length(id) >= 1", name=op.f("ck_events_id")),
        sa.CheckConstraint("length(model) >= 1", name=op.f("ck_events_model")),
        sa.CheckConstraint("length(provider) >= 1", name=op.f("ck_events_provider")),
        sa.CheckConstraint(
            "list_cost_usd >= 0 AND list_cost_usd <= 1000000000",
            name=op.f("ck_events_list_cost_usd"),
        ),
        sa.CheckConstraint("octet_length(fingerprint) = 32", name=op.f("ck_events_fingerprint")),
        sa.CheckConstraint(
            "output_audio_tokens >= 0 AND output_audio_tokens <= 1000000000",
            name=op.f("ck_events_output_audio_tokens"),
        ),
        sa.CheckConstraint(
            "output_image_tokens >= 0 AND output_image_tokens <= 1000000000",
            name=op.f("ck_events_output_image_tokens"),
        ),
        sa.CheckConstraint(
            "output_tokens >= 0 AND output_tokens <= 1000000000",
            name=op.f("ck_events_output_tokens"),
        ),
        sa.CheckConstraint(
            "provider_cost_usd >= 0 AND provider_cost_usd <= 1000000",
            name=op.f("ck_events_provider_cost_usd"),
        ),
        sa.CheckConstraint(
            "reasoning_tokens >= 0 AND reasoning_tokens <= 1000000000",
            name=op.f("ck_events_reasoning_tokens"),
        ),
        sa.CheckConstraint(
            "time_to_first_token_ms >= 0 AND time_to_first_token_ms <= 86400000",
            name=op.f("ck_events_time_to_first_token_ms"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "api_key_id"],
            ["api_keys.organization_id", "api_keys.id"],
            name=op.f("fk_events_organization_id_api_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_events_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["quote_digest"], ["quotes.digest"], name=op.f("fk_events_quote_digest")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_events")),
    )
    op.create_index(
        op.f("ix_events_organization_id_timestamp_id"),
        "events",
        ["organization_id", "timestamp", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_events_organization_id_timestamp_id"), table_name="events")
    op.drop_table("events")
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("members")
    op.drop_table("invitations")
    op.drop_index(op.f("ix_budgets_organization_id_id"), table_name="budgets")
    op.drop_table("budgets")
    op.drop_table("api_keys")
    op.drop_table("users")
    op.drop_index(op.f("ix_sign_in_attempts_began_at"), table_name="sign_in_attempts")
    op.drop_table("sign_in_attempts")
    op.drop_table("quotes")
    op.drop_table("organizations")
