"""Keep sums by tag as well: sums of calls that are there are made anew by the worker.

They are right meanwhile. Sums of calls that retention has deleted stay as they are, without tags;
so do those of the few that came after it, for a time whose calls are deleted.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_COUNTS = (
    "calls",
    "errors",
    "provider_reported_calls",
    "computed_calls",
    "estimated_calls",
    "partial_calls",
    "unpriced_calls",
)
_MONEY = ("cost_usd", "cache_savings_usd")
_SUMS = (
    "latency_ms",
    "first_token_ms",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
    "input_audio_tokens",
    "cache_read_audio_tokens",
    "output_audio_tokens",
    "input_image_tokens",
    "output_image_tokens",
    "input_video_tokens",
)
#: From when on an organization's calls are there: a midnight of UTC, where buckets begin.
_BEGIN = "coalesce(o.events_begin, '-infinity')"
#: Of calls that are there. What waits with a late call from before goes on waiting.
_FORGET = f"""
DELETE FROM usage_rollups AS r USING organizations AS o
WHERE o.id = r.organization_id AND r.start >= {_BEGIN};
DELETE FROM pending_rollups AS p USING organizations AS o
WHERE o.id = p.organization_id AND {_BEGIN} <= ALL (p.timestamps)
"""
#: Every other call waits to be added, some hundreds in a row.
_WAIT_AGAIN = f"""
INSERT INTO pending_rollups (organization_id, event_ids, timestamps)
SELECT organization_id, array_agg(id), array_agg("timestamp")
FROM (
    SELECT e.organization_id, e.id, e."timestamp",
        row_number() OVER (PARTITION BY e.organization_id ORDER BY e."timestamp") / 500 AS part
    FROM events AS e JOIN organizations AS o ON o.id = e.organization_id
    WHERE e."timestamp" >= {_BEGIN} AND (e.organization_id, e.id) NOT IN (
        SELECT organization_id, unnest(event_ids) FROM pending_rollups)
) AS numbered
GROUP BY organization_id, part ORDER BY organization_id, part
"""


def upgrade() -> None:
    _create_values()
    _create_rollups()
    # A worker that still runs would add calls between the two.
    op.execute("LOCK TABLE pending_rollups, usage_rollups IN EXCLUSIVE MODE")
    op.execute(_FORGET)
    op.execute(_WAIT_AGAIN)


def downgrade() -> None:
    op.drop_table("tag_rollups")
    op.drop_table("tag_values")


def _create_values() -> None:
    op.create_table(
        "tag_values",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=256), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_tag_values_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "number", name=op.f("pk_tag_values")),
    )
    op.create_index(
        "ix_tag_values_tag",
        "tag_values",
        ["organization_id", "tag", "value"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def _create_rollups() -> None:
    op.create_table(
        "tag_rollups",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        *(sa.Column(name, sa.Numeric(), nullable=True) for name in _MONEY),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in _SUMS),
        sa.Column("durations", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.CheckConstraint("tier BETWEEN 1 AND 2", name=op.f("ck_tag_rollups_tier")),
        sa.CheckConstraint(
            "start >= '2000-01-01Z' AND start < '2200-01-01Z'", name=op.f("ck_tag_rollups_start")
        ),
        *(
            sa.CheckConstraint(
                f"{name} >= -1000000000000000000 AND {name} <= 1000000000000000000",
                name=op.f(f"ck_tag_rollups_{name}"),
            )
            for name in (*_COUNTS, *_MONEY, *_SUMS)
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "number"],
            ["tag_values.organization_id", "tag_values.number"],
            name=op.f("fk_tag_rollups_organization_id_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "number", "tier", "start", name=op.f("pk_tag_rollups")
        ),
        postgresql_with={"fillfactor": "90"},
    )
