"""SQL that makes the sums by week anew, of those by day, which outlive the calls.

A week may have lost the calls of its first days to retention, or have them in two months.
"""

from adapters.sql.rollup_groups import listed, start_of
from adapters.sql.rollup_statements import COLUMNS, SLOT_MASK
from adapters.sql.rollup_tables import COUNTS, DIMENSIONS, SLOT_BITS, SUMS
from domain.rollup import Breakdown, Tier

#: Weeks that begin later than this end when there are calls.
_BEGIN = "CAST(:begin AS timestamptz) - interval '7 days'"
_OWN = "organization_id = CAST(:organization_id AS uuid)"
_BREAKDOWNS = ", ".join(f"'{each}'" for each in Breakdown if each.coarsest is Tier.WEEK)
_ROW = ("organization_id", "breakdown", "week", "digest")
_NUMBERS = (*COUNTS, *SUMS)

FORGET_WEEKS = f"DELETE FROM usage_rollups WHERE {_OWN} AND tier = {Tier.WEEK} AND start > {_BEGIN}"
FILL_WEEKS = f"""WITH days AS MATERIALIZED (
    SELECT *, {start_of(Tier.WEEK, "start")} AS week FROM usage_rollups
    WHERE {_OWN} AND breakdown IN ({_BREAKDOWNS}) AND tier = {Tier.DAY}
        AND {start_of(Tier.WEEK, "start")} > {_BEGIN}
), summed AS (
    SELECT {listed((*_ROW, *DIMENSIONS))},
        {", ".join(f"sum({name}) AS {name}" for name in COUNTS)},
        {", ".join(f"nullif(sum({name}), 0) AS {name}" for name in SUMS)}
    FROM days GROUP BY {listed((*_ROW, *DIMENSIONS))}
), slotted AS (
    SELECT {listed(_ROW)}, array_agg((n::bigint << {SLOT_BITS}) | slot ORDER BY slot) AS durations
    FROM (
        SELECT {listed(_ROW)}, entry & {SLOT_MASK} AS slot, sum(entry >> {SLOT_BITS}) AS n
        FROM days CROSS JOIN LATERAL unnest(durations) AS each (entry)
        GROUP BY {listed(_ROW)}, slot
    ) AS spread GROUP BY {listed(_ROW)}
)
INSERT INTO usage_rollups ({listed(COLUMNS)})
SELECT organization_id, breakdown, {Tier.WEEK}, week, digest, {listed(DIMENSIONS)},
    {listed(_NUMBERS)}, durations
FROM summed LEFT JOIN slotted USING ({listed(_ROW)})
ORDER BY {listed(_ROW)}"""
