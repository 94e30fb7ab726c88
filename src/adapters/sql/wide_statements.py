"""SQL that makes the sums of weeks that are over, one or several, of those of their days.

These outlive the calls, of which weeks may have lost those of their first days to retention. Weeks
are made that end after ``:after``, until ``:until``; several of single ones, which are fewer rows.
"""

from collections.abc import Iterator, Sequence

from adapters.sql.rollup_groups import WIDE, listed, start_of, width_of
from adapters.sql.rollup_statements import KEY, SLOT_MASK
from adapters.sql.rollup_tables import COUNTS, DIMENSIONS, SLOT_BITS, SUMS
from domain.rollup import BY_DIMENSIONS, Breakdown, Tier

_OWN = "organization_id = CAST(:organization_id AS uuid)"
_NUMBERS = (*COUNTS, *SUMS)
_OF_VALUE = ("organization_id", "number", "tier", "start")


def _anew(table: str, tier: Tier, key: Sequence[str], also: Sequence[str], of: str) -> list[str]:
    """What forgets the rows of a tier and makes them, by ``key`` and ``also``, of parts ``of``."""
    width = width_of(tier)
    begin, end = f"CAST(:after AS timestamptz) - {width}", "CAST(:until AS timestamptz)"
    start = start_of(tier, "start")
    rest = [name for name in key if name not in ("tier", "start")]
    row, named = listed((*rest, "wide")), listed((*rest, *also, "wide"))
    # As reports read them: those of a week stand together.
    in_order = listed("wide" if name == "start" else name for name in key if name != "tier")
    return [
        f"""DELETE FROM {table}
WHERE {_OWN} AND tier = {tier} AND start > {begin} AND start + {width} <= {end}""",
        f"""WITH parts AS MATERIALIZED (
    SELECT *, {start} AS wide FROM {table}
    WHERE {_OWN} AND {of} AND tier = {Tier(tier - 1)} AND start > {begin} AND start < {end}
        AND {start} > {begin} AND {start} + {width} <= {end}
), summed AS (
    SELECT {named},
        {", ".join(f"sum({name}) AS {name}" for name in COUNTS)},
        {", ".join(f"nullif(sum({name}), 0) AS {name}" for name in SUMS)}
    FROM parts GROUP BY {named}
), slotted AS (
    SELECT {row}, array_agg((n::bigint << {SLOT_BITS}) | slot ORDER BY slot) AS durations
    FROM (
        SELECT {row}, entry & {SLOT_MASK} AS slot, sum(entry >> {SLOT_BITS}) AS n
        FROM parts CROSS JOIN LATERAL unnest(durations) AS each (entry)
        GROUP BY {row}, slot
    ) AS spread GROUP BY {row}
)
INSERT INTO {table} (tier, start, {listed((*rest, *also, *_NUMBERS))}, durations)
SELECT {tier}, wide, {listed((*rest, *also, *_NUMBERS))}, durations
FROM summed LEFT JOIN slotted USING ({row})
ORDER BY {in_order}""",
    ]


def _statements() -> Iterator[str]:
    for tier in WIDE:
        kept = ", ".join(f"'{each}'" for each in BY_DIMENSIONS if each.coarsest >= tier)
        yield from _anew("usage_rollups", tier, KEY, DIMENSIONS, f"breakdown IN ({kept})")
        if tier <= Breakdown.TAG.coarsest:
            yield from _anew("tag_rollups", tier, _OF_VALUE, (), "true")


#: After the sums by day were made, in the same transaction.
MAKE = tuple(_statements())
