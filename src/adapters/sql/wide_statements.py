"""SQL that makes the sums by weeks anew, one or several, of those by day, which outlive the calls.

They may have lost the calls of their first days to retention, or have them in several months.
"""

from collections.abc import Iterator, Sequence

from adapters.sql.rollup_groups import listed, start_of
from adapters.sql.rollup_statements import KEY, SLOT_MASK
from adapters.sql.rollup_tables import COUNTS, DIMENSIONS, SLOT_BITS, SUMS
from domain.rollup import BY_DIMENSIONS, Breakdown, Tier

#: The tiers that are made so.
WIDE = (Tier.WEEK, Tier.FOUR_WEEKS, Tier.SIXTEEN_WEEKS)
_OWN = "organization_id = CAST(:organization_id AS uuid)"
_NUMBERS = (*COUNTS, *SUMS)
_OF_VALUE = ("organization_id", "number", "tier", "start")


def _anew(table: str, tier: Tier, key: Sequence[str], also: Sequence[str], of: str) -> list[str]:
    """What forgets the rows of a tier and fills it: by ``key`` and ``also``, of the days ``of``."""
    # Those that begin later than this end when there are calls.
    begin = f"CAST(:begin AS timestamptz) - interval '{tier.length.days} days'"
    start = start_of(tier, "start")
    rest = [name for name in key if name not in ("tier", "start")]
    row, named = listed((*rest, "wide")), listed((*rest, *also, "wide"))
    return [
        f"DELETE FROM {table} WHERE {_OWN} AND tier = {tier} AND start > {begin}",
        f"""WITH days AS MATERIALIZED (
    SELECT *, {start} AS wide FROM {table}
    WHERE {_OWN} AND {of} AND tier = {Tier.DAY} AND {start} > {begin}
), summed AS (
    SELECT {named},
        {", ".join(f"sum({name}) AS {name}" for name in COUNTS)},
        {", ".join(f"nullif(sum({name}), 0) AS {name}" for name in SUMS)}
    FROM days GROUP BY {named}
), slotted AS (
    SELECT {row}, array_agg((n::bigint << {SLOT_BITS}) | slot ORDER BY slot) AS durations
    FROM (
        SELECT {row}, entry & {SLOT_MASK} AS slot, sum(entry >> {SLOT_BITS}) AS n
        FROM days CROSS JOIN LATERAL unnest(durations) AS each (entry)
        GROUP BY {row}, slot
    ) AS spread GROUP BY {row}
)
INSERT INTO {table} (tier, start, {listed((*rest, *also, *_NUMBERS))}, durations)
SELECT {tier}, wide, {listed((*rest, *also, *_NUMBERS))}, durations
FROM summed LEFT JOIN slotted USING ({row})
ORDER BY {row}""",
    ]


def _statements() -> Iterator[str]:
    for tier in WIDE:
        kept = ", ".join(f"'{each}'" for each in BY_DIMENSIONS if each.coarsest >= tier)
        yield from _anew("usage_rollups", tier, KEY, DIMENSIONS, f"breakdown IN ({kept})")


#: After the sums by day were made anew, in the same transaction.
OF_DIMENSIONS = tuple(_statements())
OF_TAGS = tuple(
    statement
    for tier in WIDE
    if tier <= Breakdown.TAG.coarsest
    for statement in _anew("tag_rollups", tier, _OF_VALUE, (), "true")
)
