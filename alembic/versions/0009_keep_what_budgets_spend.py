"""Keep what budgets spend."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "budgets", sa.Column("channel_ids", postgresql.ARRAY(sa.Uuid(as_uuid=False)), nullable=True)
    )
    op.create_check_constraint(
        op.f("ck_budgets_channel_ids"), "budgets", "cardinality(channel_ids) <= 50"
    )
    op.drop_index(op.f("ix_budgets_organization_id_id"), table_name="budgets")
    op.create_unique_constraint(
        op.f("uq_budgets_organization_id_id"), "budgets", ["organization_id", "id"]
    )
    op.add_column(
        "organizations",
        sa.Column("budgets_revision", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_organizations_budgets_revision"),
        "organizations",
        "budgets_revision >= 0 AND budgets_revision <= 1000000000000000",
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("budget_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("budget_name", sa.String(length=100), nullable=True),
        sa.Column("limit_usd", sa.Numeric(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=True),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_usd", sa.Numeric(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'spike') = (budget_id IS NULL)", name=op.f("ck_alerts_of_budget")
        ),
        sa.CheckConstraint(
            "(kind = 'spike') = (threshold IS NULL)", name=op.f("ck_alerts_has_threshold")
        ),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_alerts_created_at"),
        ),
        sa.CheckConstraint(
            "limit_usd > 0 AND limit_usd <= 1000000", name=op.f("ck_alerts_limit_usd")
        ),
        sa.CheckConstraint("kind IN ('actual', 'forecast', 'spike')", name=op.f("ck_alerts_kind")),
        sa.CheckConstraint(
            "period_end >= '2000-01-01Z' AND period_end < '2200-01-01Z'",
            name=op.f("ck_alerts_period_end"),
        ),
        sa.CheckConstraint(
            "period_start >= '2000-01-01Z' AND period_start < '2200-01-01Z'",
            name=op.f("ck_alerts_period_start"),
        ),
        sa.CheckConstraint(
            "spent_usd >= 0 AND spent_usd <= 1e15", name=op.f("ck_alerts_spent_usd")
        ),
        sa.CheckConstraint(
            "threshold >= 1 AND threshold <= 1000", name=op.f("ck_alerts_threshold")
        ),
        sa.CheckConstraint(
            "version >= 0 AND version <= 1000000000", name=op.f("ck_alerts_version")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_alerts_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_alerts_organization_id_id")),
    )
    op.create_index(
        "uq_alerts_spike",
        "alerts",
        ["organization_id", "period_start"],
        unique=True,
        postgresql_where=sa.text("kind = 'spike'"),
    )
    op.create_index(
        "uq_alerts_threshold",
        "alerts",
        ["budget_id", "period_start", "kind", "threshold", "version"],
        unique=True,
        postgresql_where=sa.text("budget_id IS NOT NULL"),
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("target", sa.String(length=2048), nullable=False),
        sa.Column("secret", sa.String(length=128), nullable=True),
        sa.Column("old_secret", sa.String(length=128), nullable=True),
        sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("sending_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(type = 'webhook') = (secret IS NOT NULL)", name=op.f("ck_channels_secret")
        ),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_channels_created_at"),
        ),
        sa.CheckConstraint(
            "disabled_at >= '2000-01-01Z' AND disabled_at < '2200-01-01Z'",
            name=op.f("ck_channels_disabled_at"),
        ),
        sa.CheckConstraint(
            "old_secret_until >= '2000-01-01Z' AND old_secret_until < '2200-01-01Z'",
            name=op.f("ck_channels_old_secret_until"),
        ),
        sa.CheckConstraint(
            "sending_until >= '2000-01-01Z' AND sending_until < '2200-01-01Z'",
            name=op.f("ck_channels_sending_until"),
        ),
        sa.CheckConstraint("type IN ('webhook', 'email', 'slack')", name=op.f("ck_channels_type")),
        sa.CheckConstraint(
            "(disabled_at IS NULL) = (disabled_reason IS NULL)",
            name=op.f("ck_channels_is_disabled"),
        ),
        sa.CheckConstraint("length(name) >= 1", name=op.f("ck_channels_name")),
        sa.CheckConstraint("length(target) >= 1", name=op.f("ck_channels_target")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_channels_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_channels_organization_id_id")),
    )
    op.create_table(
        "reservations",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("estimate_usd", sa.Numeric(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", sa.String(length=128), nullable=True),
        sa.CheckConstraint(
            "closed_at >= '2000-01-01Z' AND closed_at < '2200-01-01Z'",
            name=op.f("ck_reservations_closed_at"),
        ),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_reservations_created_at"),
        ),
        sa.CheckConstraint(
            "expires_at >= '2000-01-01Z' AND expires_at < '2200-01-01Z'",
            name=op.f("ck_reservations_expires_at"),
        ),
        sa.CheckConstraint(
            "outcome IN ('settled', 'released')", name=op.f("ck_reservations_outcome")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (closed_at IS NULL)", name=op.f("ck_reservations_is_closed")
        ),
        sa.CheckConstraint(
            "estimate_usd >= 0 AND estimate_usd <= 1e6", name=op.f("ck_reservations_estimate_usd")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_reservations_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
        sa.UniqueConstraint(
            "organization_id", "id", name=op.f("uq_reservations_organization_id_id")
        ),
    )
    op.create_index(
        op.f("ix_reservations_expires_at"), "reservations", ["expires_at"], unique=False
    )
    op.create_table(
        "budget_periods",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("budget_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_usd", sa.Numeric(), nullable=False),
        sa.Column("reserved_usd", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("forecast", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "start >= '2000-01-01Z' AND start < '2200-01-01Z'", name=op.f("ck_budget_periods_start")
        ),
        sa.CheckConstraint(
            "\"end\" >= '2000-01-01Z' AND \"end\" < '2200-01-01Z'",
            name=op.f("ck_budget_periods_end"),
        ),
        sa.CheckConstraint(
            "reserved_usd >= 0 AND reserved_usd <= 1e15",
            name=op.f("ck_budget_periods_reserved_usd"),
        ),
        sa.CheckConstraint(
            "spent_usd >= 0 AND spent_usd <= 1e15", name=op.f("ck_budget_periods_spent_usd")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "budget_id"],
            ["budgets.organization_id", "budgets.id"],
            name=op.f("fk_budget_periods_organization_id_budget_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("budget_id", "start", name=op.f("pk_budget_periods")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "budget_versions",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("budget_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.CheckConstraint(
            "since >= '2000-01-01Z' AND since < '2200-01-01Z'",
            name=op.f("ck_budget_versions_since"),
        ),
        sa.CheckConstraint(
            "version >= 1 AND version <= 1000000000", name=op.f("ck_budget_versions_version")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "budget_id"],
            ["budgets.organization_id", "budgets.id"],
            name=op.f("fk_budget_versions_organization_id_budget_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("budget_id", "version", name=op.f("pk_budget_versions")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("channel_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("alert_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_problem", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'delivered') = (delivered_at IS NOT NULL)",
            name=op.f("ck_deliveries_is_delivered"),
        ),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_deliveries_created_at"),
        ),
        sa.CheckConstraint(
            "delivered_at >= '2000-01-01Z' AND delivered_at < '2200-01-01Z'",
            name=op.f("ck_deliveries_delivered_at"),
        ),
        sa.CheckConstraint(
            "next_attempt_at >= '2000-01-01Z' AND next_attempt_at < '2200-01-01Z'",
            name=op.f("ck_deliveries_next_attempt_at"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'failed')", name=op.f("ck_deliveries_state")
        ),
        sa.CheckConstraint(
            "attempts >= 0 AND attempts <= 1000", name=op.f("ck_deliveries_attempts")
        ),
        sa.CheckConstraint(
            "last_status >= 0 AND last_status <= 999", name=op.f("ck_deliveries_last_status")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "alert_id"],
            ["alerts.organization_id", "alerts.id"],
            name=op.f("fk_deliveries_organization_id_alert_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "channel_id"],
            ["channels.organization_id", "channels.id"],
            name=op.f("fk_deliveries_organization_id_channel_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_alert_id"), "deliveries", ["alert_id"], unique=False)
    op.create_index(
        op.f("ix_deliveries_channel_id_id"), "deliveries", ["channel_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_deliveries_next_attempt_at"),
        "deliveries",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "reservation_holds",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reservation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("budget_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_usd", sa.Numeric(), nullable=False),
        sa.CheckConstraint(
            "expires_at >= '2000-01-01Z' AND expires_at < '2200-01-01Z'",
            name=op.f("ck_reservation_holds_expires_at"),
        ),
        sa.CheckConstraint(
            "start >= '2000-01-01Z' AND start < '2200-01-01Z'",
            name=op.f("ck_reservation_holds_start"),
        ),
        sa.CheckConstraint(
            "amount_usd >= 0 AND amount_usd <= 1e6", name=op.f("ck_reservation_holds_amount_usd")
        ),
        sa.ForeignKeyConstraint(
            ["budget_id", "start"],
            ["budget_periods.budget_id", "budget_periods.start"],
            name=op.f("fk_reservation_holds_budget_id_start"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "reservation_id"],
            ["reservations.organization_id", "reservations.id"],
            name=op.f("fk_reservation_holds_organization_id_reservation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "reservation_id", "budget_id", "start", name=op.f("pk_reservation_holds")
        ),
    )
    op.create_index(
        op.f("ix_reservation_holds_budget_id_start_expires_at"),
        "reservation_holds",
        ["budget_id", "start", "expires_at"],
        unique=False,
    )
    op.create_index(op.f("ix_reservation_holds_expires_at"), "reservation_holds", ["expires_at"])
    op.execute(
        """
        INSERT INTO budget_versions (organization_id, budget_id, version, terms, since)
        SELECT organization_id, id, version, jsonb_build_object(
            'name', name, 'limit_usd', limit_usd::text, 'period', period, 'timezone', timezone,
            'scope', scope, 'scope_tags', scope_tags, 'thresholds', thresholds,
            'forecast_thresholds', forecast_thresholds, 'enforcement', enforcement
        ), updated_at FROM budgets
        """
    )


def downgrade() -> None:
    op.drop_table("reservation_holds")
    op.drop_table("deliveries")
    op.drop_table("budget_versions")
    op.drop_table("budget_periods")
    op.drop_table("reservations")
    op.drop_table("channels")
    op.drop_table("alerts")
    op.drop_column("organizations", "budgets_revision")
    op.drop_constraint(op.f("uq_budgets_organization_id_id"), "budgets", type_="unique")
    op.create_index(
        op.f("ix_budgets_organization_id_id"), "budgets", ["organization_id", "id"], unique=False
    )
    op.drop_column("budgets", "channel_ids")
