"""Keep sums of tags by four weeks, and tell by a function which calls are in no sum yet.

Plans that a connection keeps are made anew whenever a table that they read is vacuumed, and the one
in which calls wait, through which all calls go, is every minute. What a function reads is no part
of the plan of those who ask it.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
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
_NUMBERS = ", ".join((*_COUNTS, *_SUMS))
_KEY = "organization_id, number, start"
_FOUR_WEEKS = f"""
WITH weeks AS MATERIALIZED (
    SELECT organization_id, number, {_NUMBERS}, durations,
        date_bin('28 days', start, '2000-01-03 00:00:00+00') AS start
    FROM tag_rollups JOIN summed_weeks USING (organization_id)
    WHERE tier = 3
        AND date_bin('28 days', start, '2000-01-03 00:00:00+00') + interval '28 days' <= weeks_until
), sums AS (
    SELECT {_KEY}, {", ".join(f"sum({name}) AS {name}" for name in _COUNTS)},
        {", ".join(f"nullif(sum({name}), 0) AS {name}" for name in _SUMS)}
    FROM weeks GROUP BY {_KEY}
), slotted AS (
    SELECT {_KEY}, array_agg((n::bigint << 10) | slot ORDER BY slot) AS durations
    FROM (
        SELECT {_KEY}, entry & 1023 AS slot, sum(entry >> 10) AS n
        FROM weeks CROSS JOIN LATERAL unnest(durations) AS each (entry) GROUP BY {_KEY}, slot
    ) AS spread GROUP BY {_KEY}
)
INSERT INTO four_weeks (tier, {_KEY}, {_NUMBERS}, durations)
SELECT 4, {_KEY}, {_NUMBERS}, durations
FROM sums LEFT JOIN slotted USING ({_KEY}) ORDER BY {_KEY}"""
_WAITING = """
CREATE FUNCTION waiting_calls(of_organization uuid) RETURNS TABLE ("timestamp" timestamptz, id text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 AS $$
BEGIN
    RETURN QUERY SELECT unnest(timestamps), unnest(event_ids)
        FROM pending_rollups WHERE organization_id = of_organization;
END $$"""


def upgrade() -> None:
    # A worker that still runs would change weeks meanwhile.
    op.execute("LOCK TABLE tag_rollups IN EXCLUSIVE MODE")
    op.execute("SET LOCAL work_mem = '64MB'")
    op.execute(_WAITING)
    op.execute("CREATE TEMPORARY TABLE four_weeks (LIKE tag_rollups) ON COMMIT DROP")
    op.execute(_FOUR_WEEKS)
    # From here on reports wait.
    _let_tiers_be("BETWEEN 1 AND 4")
    op.execute("INSERT INTO tag_rollups SELECT * FROM four_weeks")


def downgrade() -> None:
    op.execute("DELETE FROM tag_rollups WHERE tier = 4")
    _let_tiers_be("BETWEEN 1 AND 3")
    op.execute("DROP FUNCTION waiting_calls(uuid)")


def _let_tiers_be(these: str) -> None:
    name = op.f("ck_tag_rollups_tier")
    op.drop_constraint(name, "tag_rollups", type_="check")
    op.create_check_constraint(name, "tag_rollups", f"tier {these}")
