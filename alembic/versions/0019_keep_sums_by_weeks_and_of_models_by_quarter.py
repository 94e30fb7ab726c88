"""Keep sums by one and four weeks, of users by sixteen, and of models by quarter of an hour.

Weeks begin on Mondays now, and have sums when they are over. They are made of days, so that those of
deleted calls are there as well; quarters of an hour are made of the calls.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_DIMENSIONS = (
    "provider", "model", "project", "environment", "api_key", "operation", "status", "user",
)  # fmt: skip
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
_SUMS = ("cost_usd", "cache_savings_usd", "latency_ms", "first_token_ms", *_TOKENS)
_NUMBERS = (*_COUNTS, *_SUMS)
_OF_EVENT = {
    "calls": "1",
    "errors": "(status = 'error')::integer",
    **{f"{source}_calls": f"(cost_source = '{source}')::integer" for source in _SOURCES},
    **{name: name for name in _SUMS},
    "latency_ms": "latency_ms::bigint",
    "first_token_ms": "time_to_first_token_ms::bigint",
}
#: Slots of durations begin at these milliseconds; each is at most 3.8 % wide.
_BOUNDS = [0]
while _BOUNDS[-1] <= 86_400_000:
    _BOUNDS.append(_BOUNDS[-1] + max(1, int(_BOUNDS[-1] * 0.038)))
_ARRAY = f"'{{{','.join(map(str, _BOUNDS))}}}'::integer[]"

_ROW = ("organization_id", "breakdown", "digest")
#: Rows by week of those by day, and by several weeks of those by fewer.
_WIDE = """
WITH parts AS MATERIALIZED (
    SELECT *, date_bin('{days} days', start, '{origin} 00:00:00+00') AS wide
    FROM {source} WHERE tier = {tier} - 1 AND {which}
), over AS (
    SELECT * FROM parts WHERE {until}
), sums AS (
    SELECT {named}, wide, {counts}, {sums} FROM over GROUP BY {named}, wide
), slotted AS (
    SELECT {key}, wide, array_agg((n::bigint << 10) | slot ORDER BY slot) AS durations
    FROM (
        SELECT {key}, wide, entry & 1023 AS slot, sum(entry >> 10) AS n
        FROM over CROSS JOIN LATERAL unnest(durations) AS each (entry)
        GROUP BY {key}, wide, slot
    ) AS spread GROUP BY {key}, wide
)
INSERT INTO {target} (tier, start, {named}, {numbers}, durations)
SELECT {tier}, wide, {named}, {numbers}, durations
FROM sums LEFT JOIN slotted USING ({key}, wide) ORDER BY organization_id, wide, {key}
"""
#: Since when weeks are counted: a Monday; a Saturday until now.
_MONDAY, _SATURDAY = "2000-01-03", "2000-01-01"
_MONTHS = """
SELECT DISTINCT date_trunc('month', start, 'UTC') FROM usage_rollups
WHERE breakdown = 'total' AND tier = 2"""
_DIGEST = "md5(row(provider, model{nulls})::text)::uuid".format(nulls=", NULL::varchar" * 6)
_QUARTER = "organization_id, start, provider, model"
_QUARTERS = f"""
WITH calls AS MATERIALIZED (
    SELECT e.organization_id, date_bin('15 minutes', "timestamp", '2000-01-03 00:00:00+00') AS start,
        provider, model, {", ".join(f"{own} AS {name}" for name, own in _OF_EVENT.items())},
        time_to_first_token_ms
    FROM events AS e JOIN organizations AS o ON o.id = e.organization_id
    WHERE e."timestamp" >= CAST(:month AS timestamptz)
        AND e."timestamp" < CAST(:month AS timestamptz) + interval '1 month'
        AND e."timestamp" >= coalesce(o.events_begin, '-infinity')
        AND (e.organization_id, e.id) NOT IN (
            SELECT organization_id, unnest(event_ids) FROM pending_rollups)
), sums AS (
    SELECT {_QUARTER}, {", ".join(f"sum({name}) AS {name}" for name in _COUNTS)},
        {", ".join(f"nullif(sum({name}), 0) AS {name}" for name in _SUMS)}
    FROM calls GROUP BY {_QUARTER}
), slotted AS (
    SELECT {_QUARTER}, array_agg((n::bigint << 10) | slot ORDER BY slot) AS durations
    FROM (
        SELECT {_QUARTER}, slot, count(*) AS n
        FROM calls CROSS JOIN LATERAL unnest(ARRAY[width_bucket(latency_ms, {_ARRAY}),
            512 + width_bucket(time_to_first_token_ms, {_ARRAY})]) AS each (slot)
        WHERE slot IS NOT NULL GROUP BY {_QUARTER}, slot
    ) AS spread GROUP BY {_QUARTER}
)
INSERT INTO usage_rollups (breakdown, tier, digest, {_QUARTER}, {", ".join(_NUMBERS)}, durations)
SELECT 'model', 0, {_DIGEST} AS digest, {_QUARTER}, {", ".join(_NUMBERS)}, durations
FROM sums LEFT JOIN slotted USING ({_QUARTER}) ORDER BY organization_id, start, digest
"""


#: The Monday before which weeks are over; those who come after sum up the later ones.
_OVER = "date_bin('7 days', now() - interval '2 hours', '2000-01-03 00:00:00+00')"
#: Rows that wait until tiers may be of them, so that reports need not wait while they are made.
_WEEKS = {"usage_rollups": "weeks_of_usage", "tag_rollups": "weeks_of_tags"}


def upgrade() -> None:
    # A worker that still runs would add calls meanwhile.
    op.execute("LOCK TABLE usage_rollups, tag_rollups IN EXCLUSIVE MODE")
    op.execute("SET LOCAL work_mem = '64MB'")
    for month in op.get_bind().execute(sa.text(_MONTHS)).scalars().all():
        op.get_bind().execute(sa.text(_QUARTERS), {"month": month})
    for table, weeks in _WEEKS.items():
        op.execute(f"CREATE TEMPORARY TABLE {weeks} (LIKE {table}) ON COMMIT DROP")
    _fill_dimensions(3, 1, "true", source="usage_rollups")
    _fill_dimensions(4, 4, "true", source="weeks_of_usage")
    _fill_dimensions(5, 16, "breakdown = 'user'", source="weeks_of_usage")
    of_value = ("organization_id", "number")
    op.execute(_fill("tag_rollups", "weeks_of_tags", 3, 1, of_value, "true"))
    _create_summed_weeks()
    # From here on reports wait.
    _let_tiers_be("usage_rollups", "BETWEEN 0 AND 5")
    _let_tiers_be("tag_rollups", "BETWEEN 1 AND 3")
    op.execute("DELETE FROM usage_rollups WHERE tier = 3")
    for table, weeks in _WEEKS.items():
        op.execute(f"INSERT INTO {table} SELECT * FROM {weeks}")


def downgrade() -> None:
    op.execute("DELETE FROM usage_rollups WHERE breakdown = 'model' AND tier = 0")
    op.execute("DELETE FROM usage_rollups WHERE tier > 2")
    op.execute("DELETE FROM tag_rollups WHERE tier = 3")
    _let_tiers_be("usage_rollups", "BETWEEN 0 AND 3")
    _let_tiers_be("tag_rollups", "BETWEEN 1 AND 2")
    which = "breakdown = 'user'"
    op.execute(
        _fill("usage_rollups", "usage_rollups", 3, 1, _ROW, which, _DIMENSIONS, origin=_SATURDAY)
    )
    op.drop_table("summed_weeks")


def _create_summed_weeks() -> None:
    op.create_table(
        "summed_weeks",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("weeks_until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "weeks_until >= '2000-01-01Z' AND weeks_until < '2200-01-01Z'",
            name=op.f("ck_summed_weeks_weeks_until"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_summed_weeks_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_summed_weeks")),
    )
    op.execute(f"INSERT INTO summed_weeks SELECT id, {_OVER} FROM organizations")


def _let_tiers_be(table: str, these: str) -> None:
    name = op.f(f"ck_{table}_tier")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"tier {these}")


def _fill_dimensions(tier: int, weeks: int, which: str, *, source: str) -> None:
    op.execute(_fill(source, "weeks_of_usage", tier, weeks, _ROW, which, _DIMENSIONS))


def _fill(
    source: str,
    target: str,
    tier: int,
    weeks: int,
    key: Sequence[str],
    which: str,
    also: Sequence[str] = (),
    *,
    origin: str = _MONDAY,
) -> str:
    """The rows of a tier: of those of its parts that have the same ``key``, and so of ``also``."""
    named = (*key, *(f'"{name}"' for name in also))
    return _WIDE.format(
        source=source,
        target=target,
        tier=tier,
        days=7 * weeks,
        which=which,
        origin=origin,
        until=f"wide + interval '{7 * weeks} days' <= {_OVER}" if origin == _MONDAY else "true",
        key=", ".join(key),
        named=", ".join(named),
        counts=", ".join(f"sum({name}) AS {name}" for name in _COUNTS),
        sums=", ".join(f"nullif(sum({name}), 0) AS {name}" for name in _SUMS),
        numbers=", ".join(_NUMBERS),
    )
