"""Keep events by month, and their ids, which are unique over all months, in a table of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UNPRICED = "cost_source IN ('unpriced', 'partial')"


def upgrade() -> None:
    op.create_table(
        "event_keys",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.String(length=128, collation="C"), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_digest", sa.BigInteger(), nullable=True),
        sa.Column("merged_into", sa.String(length=128, collation="C"), nullable=True),
        sa.Column("merged_fingerprint", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(merged_into IS NULL) = (merged_fingerprint IS NULL)",
            name=op.f("ck_event_keys_merged"),
        ),
        sa.CheckConstraint(
            "octet_length(merged_fingerprint) = 32", name=op.f("ck_event_keys_merged_fingerprint")
        ),
        sa.CheckConstraint(
            "timestamp >= '2000-01-01Z' AND timestamp < '2200-01-01Z'",
            name=op.f("ck_event_keys_timestamp"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_event_keys_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_event_keys")),
    )
    op.execute(
        """INSERT INTO event_keys (organization_id, id, "timestamp")
        SELECT organization_id, id, "timestamp" FROM events"""
    )
    op.create_index(
        "ix_event_keys_call_digest",
        "event_keys",
        ["organization_id", "call_digest"],
        unique=True,
        postgresql_where=sa.text("call_digest IS NOT NULL"),
    )
    op.create_index(
        "ix_event_keys_merged_into",
        "event_keys",
        ["organization_id", "merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.add_column(
        "pending_rollups",
        sa.Column("timestamps", sa.ARRAY(sa.DateTime(timezone=True)), nullable=True),
    )
    op.execute(
        """UPDATE pending_rollups AS p SET timestamps = (
            SELECT array_agg(e."timestamp" ORDER BY each.place)
            FROM unnest(p.event_ids) WITH ORDINALITY AS each (id, place)
            JOIN events AS e ON e.organization_id = p.organization_id AND e.id = each.id)"""
    )
    op.alter_column("pending_rollups", "timestamps", nullable=False)
    # Months are split off when the program starts; until then the default part has everything.
    _move('PARTITION BY RANGE ("timestamp")', '"timestamp", id')


def downgrade() -> None:
    _move("", "id")
    op.create_index(
        op.f("ix_events_organization_id_timestamp_id"),
        "events",
        ["organization_id", "timestamp", "id"],
        unique=False,
    )
    op.drop_column("pending_rollups", "timestamps")
    op.drop_table("event_keys")


def _move(partitioned: str, keyed_by: str) -> None:
    """Events into a table of the same columns and checks, with that key."""
    op.execute(f"CREATE TABLE moved (LIKE events INCLUDING CONSTRAINTS) {partitioned}")
    if partitioned:
        op.execute("CREATE TABLE events_default PARTITION OF moved DEFAULT")
    op.execute("INSERT INTO moved SELECT * FROM events")
    op.execute("DROP TABLE events")
    op.execute("ALTER TABLE moved RENAME TO events")
    op.execute(
        f"ALTER TABLE events ADD CONSTRAINT pk_events PRIMARY KEY (organization_id, {keyed_by})"
    )
    op.create_foreign_key(
        op.f("fk_events_organization_id_api_key_id"),
        "events",
        "api_keys",
        ["organization_id", "api_key_id"],
        ["organization_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_events_organization_id"),
        "events",
        "organizations",
        ["organization_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_foreign_key(
        op.f("fk_events_quote_digest"), "events", "quotes", ["quote_digest"], ["digest"]
    )
    op.create_index(
        "ix_events_unpriced",
        "events",
        ["organization_id", "timestamp", "id"],
        unique=False,
        postgresql_where=sa.text(_UNPRICED),
    )
