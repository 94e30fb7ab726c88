"""Keep sums of users by week, and those of a tag's calls whatever its value, from those there are.

No call is read, so that those of deleted calls are there as well.
"""

from collections.abc import Sequence

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

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
_NUMBERS = (*_COUNTS, *_SUMS)
_DAYS = """
SELECT organization_id, breakdown, 3 AS tier, digest, {dimensions}, {numbers}, durations,
    date_bin('7 days', start, '2000-01-01 00:00:00+00') AS start
FROM usage_rollups WHERE breakdown = 'user' AND tier = 2"""
#: Where a tag's name would stand is nothing, and the name of it is the value.
_NAME_ANY_VALUE = """
INSERT INTO tag_values (organization_id, tag, value)
SELECT organization_id, '', tag FROM tag_values WHERE tag <> '' AND value IS NULL"""
_VALUES = """
SELECT organization_id, whole.number, tier, start, {numbers}, durations
FROM tag_rollups AS r JOIN tag_values AS v USING (organization_id, number)
JOIN tag_values AS whole USING (organization_id)
WHERE v.tag <> '' AND whole.tag = '' AND whole.value = v.tag"""


def upgrade() -> None:
    # A worker that still runs would add calls meanwhile.
    op.execute("LOCK TABLE usage_rollups, tag_rollups IN EXCLUSIVE MODE")
    op.execute("SET LOCAL work_mem = '64MB'")
    op.execute(_NAME_ANY_VALUE)
    of_value = ("organization_id", "number", "tier", "start")
    op.execute(_fill("tag_rollups", _VALUES, of_value))
    # From here on reports wait.
    _let_tiers_be("BETWEEN 0 AND 3")
    of_user = ("organization_id", "breakdown", "tier", "start", "digest")
    op.execute(_fill("usage_rollups", _DAYS, of_user, _DIMENSIONS))


def downgrade() -> None:
    op.execute("DELETE FROM tag_values WHERE tag = '' AND value IS NOT NULL")
    op.execute("DELETE FROM usage_rollups WHERE tier = 3")
    _let_tiers_be("BETWEEN 0 AND 2")


def _let_tiers_be(these: str) -> None:
    name = op.f("ck_usage_rollups_tier")
    op.drop_constraint(name, "usage_rollups", type_="check")
    op.create_check_constraint(name, "usage_rollups", f"tier {these}")


def _fill(table: str, source: str, key: Sequence[str], also: Sequence[str] = ()) -> str:
    """Adds up the rows of ``source`` that have the same ``key``, and so the same of ``also``."""
    own, others = ", ".join(key), _listed(also)
    rows = source.format(dimensions=_listed(_DIMENSIONS), numbers=", ".join(_NUMBERS))
    named = ", ".join(filter(None, (own, others)))
    return f"""
    WITH rows AS MATERIALIZED ({rows}
    ), sums AS (
        SELECT {named}, {", ".join(f"sum({name}) AS {name}" for name in _COUNTS)},
            {", ".join(f"nullif(sum({name}), 0) AS {name}" for name in _SUMS)}
        FROM rows GROUP BY {named}
    ), slotted AS (
        SELECT {own}, array_agg((n::bigint << 10) | slot ORDER BY slot) AS durations
        FROM (
            SELECT {own}, entry & 1023 AS slot, sum(entry >> 10) AS n
            FROM rows CROSS JOIN LATERAL unnest(durations) AS each (entry) GROUP BY {own}, slot
        ) AS spread GROUP BY {own}
    )
    INSERT INTO {table} ({named}, {", ".join(_NUMBERS)}, durations)
    SELECT {named}, {", ".join(_NUMBERS)}, durations
    FROM sums LEFT JOIN slotted USING ({own}) ORDER BY {own}
    """


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
