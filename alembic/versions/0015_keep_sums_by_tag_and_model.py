"""Keep sums of each value of a tag by model as well, of all calls that are in sums.

Of calls that retention has deleted there are none: what tags those had is not known.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TOKENS = (
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
_SOURCES = ("provider_reported", "computed", "estimated", "partial", "unpriced")
_COUNTS = ("calls", "errors", *(f"{source}_calls" for source in _SOURCES))
_MONEY = ("cost_usd", "cache_savings_usd")
_SUMS = ("latency_ms", "first_token_ms", *_TOKENS)
_OF_EVENT = {
    "calls": "1",
    "errors": "(status = 'error')::integer",
    **{f"{source}_calls": f"(cost_source = '{source}')::integer" for source in _SOURCES},
    **{name: name for name in (*_MONEY, *_TOKENS)},
    "latency_ms": "latency_ms::bigint",
    "first_token_ms": "time_to_first_token_ms::bigint",
}
#: One value of a tag by day of UTC and model.
_KEY = "organization_id, number, start, digest, provider, model"
#: Slots of durations begin at these milliseconds; each is at most 3.8 % wide.
_BOUNDS = [0]
while _BOUNDS[-1] <= 86_400_000:
    _BOUNDS.append(_BOUNDS[-1] + max(1, int(_BOUNDS[-1] * 0.038)))
_ARRAY = f"'{{{','.join(map(str, _BOUNDS))}}}'::integer[]"
#: Calls by the set of their tags first, so that those that are marked alike are few rows.
_FILL = f"""
WITH calls AS MATERIALIZED (
    SELECT e.organization_id, date_trunc('day', e."timestamp", 'UTC') AS start, provider, model,
        md5(row(provider, model)::text)::uuid AS digest, tags, md5(tags::text)::uuid AS marking,
        {", ".join(f"{own} AS {name}" for name, own in _OF_EVENT.items())},
        time_to_first_token_ms
    FROM events AS e JOIN organizations AS o ON o.id = e.organization_id
    WHERE e."timestamp" >= coalesce(o.events_begin, '-infinity')
        AND (e.organization_id, e.id) NOT IN (
            SELECT organization_id, unnest(event_ids) FROM pending_rollups)
), marks AS MATERIALIZED (
    SELECT m.organization_id, m.marking, k.number
    FROM (SELECT organization_id, marking, (array_agg(tags))[1] AS tags FROM calls
        GROUP BY organization_id, marking) AS m
    CROSS JOIN LATERAL jsonb_each_text(m.tags) AS each (tag, value)
    JOIN tag_values AS k USING (organization_id, tag, value)
), sums AS (
    SELECT {_KEY}, {", ".join(f"sum({name}) AS {name}" for name in (*_COUNTS, *_MONEY, *_SUMS))}
    FROM calls JOIN marks USING (organization_id, marking) GROUP BY {_KEY}
), slots AS (
    SELECT organization_id, marking, start, digest, slot, count(*) AS n
    FROM calls CROSS JOIN LATERAL unnest(ARRAY[width_bucket(latency_ms, {_ARRAY}),
        512 + width_bucket(time_to_first_token_ms, {_ARRAY})]) AS each (slot)
    WHERE slot IS NOT NULL GROUP BY organization_id, marking, start, digest, slot
), slotted AS (
    SELECT organization_id, number, start, digest,
        array_agg((n::bigint << 10) | slot ORDER BY slot) AS durations
    FROM (SELECT organization_id, number, start, digest, slot, sum(n) AS n
        FROM slots JOIN marks USING (organization_id, marking)
        GROUP BY organization_id, number, start, digest, slot) AS spread
    GROUP BY organization_id, number, start, digest
)
INSERT INTO tag_model_rollups ({_KEY}, {", ".join((*_COUNTS, *_MONEY, *_SUMS))}, durations)
SELECT {_KEY}, {", ".join(_COUNTS)},
    {", ".join(f"nullif({name}, 0)" for name in (*_MONEY, *_SUMS))}, durations
FROM sums LEFT JOIN slotted USING (organization_id, number, start, digest)
ORDER BY organization_id, number, start, digest
"""


def upgrade() -> None:
    _create_rollups()
    # A worker that still runs would add calls meanwhile.
    op.execute("LOCK TABLE pending_rollups, usage_rollups IN EXCLUSIVE MODE")
    op.execute("SET LOCAL work_mem = '64MB'")
    op.execute(_FILL)


def downgrade() -> None:
    op.drop_table("tag_model_rollups")


def _create_rollups() -> None:
    op.create_table(
        "tag_model_rollups",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("provider", sa.String(length=256), nullable=False),
        sa.Column("model", sa.String(length=256), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        *(sa.Column(name, sa.Numeric(), nullable=True) for name in _MONEY),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in _SUMS),
        sa.Column("durations", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.CheckConstraint(
            "start >= '2000-01-01Z' AND start < '2200-01-01Z'",
            name=op.f("ck_tag_model_rollups_start"),
        ),
        *(
            sa.CheckConstraint(
                f"{name} >= -1000000000000000000 AND {name} <= 1000000000000000000",
                name=op.f(f"ck_tag_model_rollups_{name}"),
            )
            for name in (*_COUNTS, *_MONEY, *_SUMS)
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "number"],
            ["tag_values.organization_id", "tag_values.number"],
            name=op.f("fk_tag_model_rollups_organization_id_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "number", "start", "digest", name=op.f("pk_tag_model_rollups")
        ),
        postgresql_with={"fillfactor": "90"},
    )
