"""Keep sums of each project, environment, key and operation by model, from those of all together.

No call is read, so that those of deleted calls are there as well.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BREAKDOWNS = ("project", "environment", "api_key", "operation")
#: In the order in which a row's digest is made of them.
_DIMENSIONS = (
    "provider", "model", "project", "environment", "api_key", "operation", "status", "user",
)  # fmt: skip
_COUNTS = (
    "calls",
    "errors",
    "provider_reported_calls",
    "computed_calls",
    "estimated_calls",
    "partial_calls",
    "unpriced_calls",
)
_SUMS = (
    "cost_usd",
    "cache_savings_usd",
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


def upgrade() -> None:
    op.alter_column("usage_rollups", "breakdown", type_=sa.String(32), existing_nullable=False)
    # A worker that still runs would add calls meanwhile.
    op.execute("LOCK TABLE pending_rollups, usage_rollups IN EXCLUSIVE MODE")
    op.execute("SET LOCAL work_mem = '64MB'")
    for dimension in _BREAKDOWNS:
        op.execute(_fill(dimension))


def downgrade() -> None:
    op.execute("DELETE FROM usage_rollups WHERE breakdown LIKE '%\\_model'")
    op.alter_column("usage_rollups", "breakdown", type_=sa.String(16), existing_nullable=False)


def _fill(dimension: str) -> str:
    kept = ("provider", "model", dimension)
    values = ", ".join(f'"{it}"' if it in kept else "NULL::varchar" for it in _DIMENSIONS)
    key = f'organization_id, start, digest, provider, model, "{dimension}"'
    return f"""
    WITH combined AS MATERIALIZED (
        SELECT *, md5(row({values})::text)::uuid AS own FROM usage_rollups
        WHERE breakdown = 'combined' AND tier = 2
    ), sums AS (
        SELECT {key.replace("digest", "own AS digest")},
            {", ".join(f"sum({name}) AS {name}" for name in (*_COUNTS, *_SUMS))}
        FROM combined GROUP BY {key.replace("digest", "own")}
    ), slotted AS (
        SELECT organization_id, start, own AS digest,
            array_agg((n::bigint << 10) | slot ORDER BY slot) AS durations
        FROM (
            SELECT organization_id, start, own, entry & 1023 AS slot, sum(entry >> 10) AS n
            FROM combined CROSS JOIN LATERAL unnest(durations) AS each (entry)
            GROUP BY organization_id, start, own, slot
        ) AS spread GROUP BY organization_id, start, own
    )
    INSERT INTO usage_rollups (breakdown, tier, {key}, {", ".join((*_COUNTS, *_SUMS))}, durations)
    SELECT '{dimension}_model', 2, {key}, {", ".join(_COUNTS)},
        {", ".join(f"nullif({name}, 0)" for name in _SUMS)}, durations
    FROM sums LEFT JOIN slotted USING (organization_id, start, digest)
    ORDER BY organization_id, start, digest
    """
