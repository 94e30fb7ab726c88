"""Keep an organization's own terms, and price calls again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "noted_books",
        sa.Column("book_version", sa.String(length=64), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "noted_at >= '2000-01-01Z' AND noted_at < '2200-01-01Z'",
            name=op.f("ck_noted_books_noted_at"),
        ),
        sa.CheckConstraint("length(book_version) >= 1", name=op.f("ck_noted_books_book_version")),
        sa.PrimaryKeyConstraint("book_version", name=op.f("pk_noted_books")),
    )
    op.create_table(
        "pricing_terms",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("provider", sa.String(length=256), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(name = '') = (kind = 'discount')", name=op.f("ck_pricing_terms_named")
        ),
        sa.CheckConstraint(
            "created_at >= '2000-01-01Z' AND created_at < '2200-01-01Z'",
            name=op.f("ck_pricing_terms_created_at"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(document) = 'object'", name=op.f("ck_pricing_terms_document")
        ),
        sa.CheckConstraint(
            "kind IN ('own_price', 'discount', 'alias')", name=op.f("ck_pricing_terms_kind")
        ),
        sa.CheckConstraint(
            "updated_at >= '2000-01-01Z' AND updated_at < '2200-01-01Z'",
            name=op.f("ck_pricing_terms_updated_at"),
        ),
        sa.CheckConstraint(
            "valid_from >= '0001-01-01' AND valid_from <= '9999-12-31'",
            name=op.f("ck_pricing_terms_valid_from"),
        ),
        sa.CheckConstraint(
            "valid_to >= '0001-01-01' AND valid_to <= '9999-12-31'",
            name=op.f("ck_pricing_terms_valid_to"),
        ),
        sa.CheckConstraint("length(provider) >= 1", name=op.f("ck_pricing_terms_provider")),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_pricing_terms_valid")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_pricing_terms_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_terms")),
    )
    op.create_index(
        op.f("ix_pricing_terms_organization_id_id"),
        "pricing_terms",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_table(
        "repricings",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("provider", sa.String(length=256), nullable=True),
        sa.Column("name", sa.String(length=256), nullable=True),
        sa.Column("start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terms_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("requested_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("position_timestamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position_id", sa.String(length=128), nullable=True),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("cost_before_usd", sa.Numeric(), nullable=False),
        sa.Column("cost_after_usd", sa.Numeric(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (finished_at IS NOT NULL)",
            name=op.f("ck_repricings_done_is_finished"),
        ),
        sa.CheckConstraint(
            "start >= '2000-01-01Z' AND start < '2200-01-01Z'",
            name=op.f("ck_repricings_start"),
        ),
        sa.CheckConstraint(
            "\"end\" >= '2000-01-01Z' AND \"end\" < '2200-01-01Z'",
            name=op.f("ck_repricings_end"),
        ),
        sa.CheckConstraint(
            "position_timestamp >= '2000-01-01Z' AND position_timestamp < '2200-01-01Z'",
            name=op.f("ck_repricings_position_timestamp"),
        ),
        sa.CheckConstraint(
            "due_at >= '2000-01-01Z' AND due_at < '2200-01-01Z'", name=op.f("ck_repricings_due_at")
        ),
        sa.CheckConstraint(
            "finished_at >= '2000-01-01Z' AND finished_at < '2200-01-01Z'",
            name=op.f("ck_repricings_finished_at"),
        ),
        sa.CheckConstraint(
            "reason IN ('alias', 'own_price', 'discount', 'price_book')",
            name=op.f("ck_repricings_reason"),
        ),
        sa.CheckConstraint(
            "requested_at >= '2000-01-01Z' AND requested_at < '2200-01-01Z'",
            name=op.f("ck_repricings_requested_at"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done')", name=op.f("ck_repricings_state")
        ),
        sa.CheckConstraint(
            "(position_timestamp IS NULL) = (position_id IS NULL)",
            name=op.f("ck_repricings_whole_position"),
        ),
        sa.CheckConstraint(
            "changed >= 0 AND changed <= 1000000000000000", name=op.f("ck_repricings_changed")
        ),
        sa.CheckConstraint(
            "cost_after_usd >= 0 AND cost_after_usd <= 1000000000000000",
            name=op.f("ck_repricings_cost_after_usd"),
        ),
        sa.CheckConstraint(
            "cost_before_usd >= 0 AND cost_before_usd <= 1000000000000000",
            name=op.f("ck_repricings_cost_before_usd"),
        ),
        sa.CheckConstraint(
            "seen >= 0 AND seen <= 1000000000000000", name=op.f("ck_repricings_seen")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_repricings_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repricings")),
    )
    op.create_index(
        "ix_repricings_due",
        "repricings",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        op.f("ix_repricings_organization_id_id"),
        "repricings",
        ["organization_id", "id"],
        unique=False,
    )
    op.add_column("events", sa.Column("book_version", sa.String(length=64), nullable=True))
    op.add_column("events", sa.Column("repriced_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_events_unpriced",
        "events",
        ["organization_id", "timestamp", "id"],
        unique=False,
        postgresql_where=sa.text("cost_source IN ('unpriced', 'partial')"),
    )
    op.add_column(
        "organizations",
        sa.Column("pricing_revision", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_events_repriced_at"),
        "events",
        "repriced_at >= '2000-01-01Z' AND repriced_at < '2200-01-01Z'",
    )
    op.create_check_constraint(
        op.f("ck_organizations_pricing_revision"),
        "organizations",
        "pricing_revision >= 0 AND pricing_revision <= 1000000000000000",
    )


def downgrade() -> None:
    op.drop_column("organizations", "pricing_revision")
    op.drop_index(
        "ix_events_unpriced",
        table_name="events",
        postgresql_where=sa.text("cost_source IN ('unpriced', 'partial')"),
    )
    op.drop_column("events", "repriced_at")
    op.drop_column("events", "book_version")
    op.drop_index(op.f("ix_repricings_organization_id_id"), table_name="repricings")
    op.drop_index(
        "ix_repricings_due", table_name="repricings", postgresql_where=sa.text("state <> 'done'")
    )
    op.drop_table("repricings")
    op.drop_index(op.f("ix_pricing_terms_organization_id_id"), table_name="pricing_terms")
    op.drop_table("pricing_terms")
    op.drop_table("noted_books")
