"""SQL that makes roll-ups of events. The same sums are added, verified and rebuilt by it.

Events are summed up by quarter of an hour and all dimensions first, so that the tiers and the
breakdowns are made of few rows.
"""

from collections.abc import Iterable

from adapters.sql.event_tables import TOKEN_COLUMNS
from adapters.sql.rollup_groups import by_tier, listed, of_days, start_of
from adapters.sql.rollup_tables import COUNTS, DIMENSIONS, FIRST_TOKEN_BIT, SLOT_BITS, SUMS
from domain.costing import CostSource
from domain.durations import BOUNDS
from domain.event import Status
from domain.rollup import Tier

KEY = ("organization_id", "breakdown", "tier", "start", "digest")
COLUMNS = (*KEY, *DIMENSIONS, *COUNTS, *SUMS, "durations")
#: Entries of a row's durations beyond which those of one slot are put together again.
_MOST_ENTRIES = 160
SLOT_MASK = (1 << SLOT_BITS) - 1


_DIMENSIONS = listed(DIMENSIONS)
_BOUNDS_ARRAY = f"'{{{','.join(map(str, BOUNDS))}}}'::integer[]"
#: One event's part of each sum, and the slots of its durations.
OF_EVENT = {
    "calls": "1",
    "errors": f"(status = '{Status.ERROR}')::integer",
    **{f"{source}_calls": f"(cost_source = '{source}')::integer" for source in CostSource},
    "cost_usd": "cost_usd",
    "cache_savings_usd": "cache_savings_usd",
    "latency_ms": "latency_ms::bigint",
    "first_token_ms": "time_to_first_token_ms::bigint",
    **{name: name for name in TOKEN_COLUMNS.values()},
}
SLOTS_OF_EVENT = f"""unnest(ARRAY[width_bucket(latency_ms, {_BOUNDS_ARRAY}),
    {FIRST_TOKEN_BIT} + width_bucket(time_to_first_token_ms, {_BOUNDS_ARRAY})])"""
_SUMS = ", ".join(f"sum({name}) AS {name}" for name in OF_EVENT)
_WIDE = f"UNION ALL {of_days(_SUMS, 'narrow AS days', *DIMENSIONS)}"
_ENTRIES = f"array_agg((n::bigint << {SLOT_BITS}) | slot) AS durations"
_OF_DAYS = "array_agg(entry) AS durations"
_UNNESTED = "narrow_slotted AS days CROSS JOIN LATERAL unnest(durations) AS each (entry)"

#: The calls to sum up: some, each looked up in its month (the offset keeps the planner from reading
#: whole months in their stead), all, or all that are in a sum.
SOME = """unnest(CAST(:ids AS text[]), CAST(:times AS timestamptz[])) AS wanted (call, began)
    CROSS JOIN LATERAL (
        SELECT * FROM events WHERE organization_id = CAST(:organization_id AS uuid)
            AND "timestamp" = began AND id = call OFFSET 0
    ) AS found"""
_ALL = """events WHERE organization_id = CAST(:organization_id AS uuid)
    AND "timestamp" >= CAST(:begin AS timestamptz)"""
SUMMED = f"""{_ALL} AND id NOT IN (SELECT unnest(event_ids) FROM pending_rollups
    WHERE organization_id = CAST(:organization_id AS uuid))"""


def _made(source: str, slotted: str, *, wide: bool = True) -> str:
    """Table expressions, the last of which is the roll-ups of an organization's calls as ``made``.

    Parameters are ``organization_id`` and those of ``source``. Without ``slotted`` they leave out
    how long the calls took, and without ``wide`` what is wider than days.
    """
    durations = "durations" if slotted else "NULL::bigint[] AS durations"
    joined = "LEFT JOIN slotted USING (breakdown, tier, start, digest)" if slotted else ""
    return f"""
calls AS MATERIALIZED (
    SELECT {start_of(Tier.QUARTER, '"timestamp"')} AS quarter,
        provider, model, project, environment, api_key_id::text AS api_key, operation, status,
        "user",
        latency_ms, time_to_first_token_ms, cost_usd, cache_savings_usd, cost_source,
        {listed(TOKEN_COLUMNS.values())}
    FROM {source}
), sums AS (
    SELECT quarter, {_DIMENSIONS},
        {", ".join(f"sum({of_event}) AS {name}" for name, of_event in OF_EVENT.items())}
    FROM calls GROUP BY quarter, {_DIMENSIONS}
), narrow AS (
    {by_tier(_SUMS, "sums")}
), summed AS (
    SELECT * FROM narrow {_WIDE if wide else ""}
){slotted}, made AS (
    SELECT CAST(:organization_id AS uuid) AS organization_id, breakdown, tier, start, digest,
        {_DIMENSIONS}, {listed(COUNTS)}, {", ".join(f"nullif({n}, 0) AS {n}" for n in SUMS)},
        {durations}
    FROM summed {joined}
)"""


_SLOTS = f""", slots AS (
    SELECT quarter, {_DIMENSIONS}, slot, count(*) AS n
    FROM calls CROSS JOIN LATERAL {SLOTS_OF_EVENT} AS each (slot)
    WHERE slot IS NOT NULL GROUP BY quarter, {_DIMENSIONS}, slot
)"""


#: An entry for each slot of a row: of any number of calls.
_WHOLE = f"""{_SLOTS}, slotted AS (
    SELECT breakdown, tier, start, digest,
        array_agg((n::bigint << {SLOT_BITS}) | slot ORDER BY slot) AS durations
    FROM ({by_tier("sum(n) AS n", "slots", "slot")}) AS spread
    GROUP BY digest, start, tier, breakdown
)"""
#: Several entries for a slot, in a third of the time: of the calls of a batch.
_QUICK = f"""{_SLOTS}, narrow_slotted AS (
    SELECT breakdown, tier, start, digest, durations
    FROM ({by_tier(_ENTRIES, "slots")}) AS entries
), slotted AS (
    SELECT * FROM narrow_slotted UNION ALL {of_days(_OF_DAYS, _UNNESTED)}
)"""


def _added(sign: str) -> str:
    counts = (f"{name} = r.{name} {sign} excluded.{name}" for name in COUNTS)
    sums = (
        f"{name} = nullif(coalesce(r.{name}, 0) {sign} coalesce(excluded.{name}, 0), 0)"
        for name in SUMS
    )
    return ", ".join((*counts, *sums))


def _upsert(changes: str, slotted: str) -> str:
    # In the order of the key, so that two transactions wait for one another and never deadlock.
    return f"""WITH {_made(SOME, slotted)}
INSERT INTO usage_rollups AS r ({listed(COLUMNS)})
SELECT {listed(COLUMNS)} FROM made ORDER BY {listed(KEY)}
ON CONFLICT ({listed(KEY)}) DO UPDATE SET {changes}"""


#: Entries of the same slot may stand side by side; they are put together when there are many.
DURATIONS = f"""durations = CASE
    WHEN excluded.durations IS NULL THEN r.durations
    WHEN r.durations IS NULL THEN excluded.durations
    WHEN cardinality(r.durations) + cardinality(excluded.durations) <= {_MOST_ENTRIES}
        THEN r.durations || excluded.durations
    ELSE (SELECT array_agg(entry) FROM (
        SELECT (sum(each >> {SLOT_BITS})::bigint << {SLOT_BITS}) | (each & {SLOT_MASK}) AS entry
        FROM unnest(r.durations || excluded.durations) AS each GROUP BY each & {SLOT_MASK}
    ) AS entries) END"""

ADDED, TAKEN_AWAY = _added("+"), _added("-")
#: New calls.
ADD = _upsert(f"{ADDED}, {DURATIONS}", _QUICK)
#: Around a change of what calls cost; how long they took stays.
TAKE_AWAY, GIVE_BACK = _upsert(TAKEN_AWAY, ""), _upsert(ADDED, "")

#: Calls from ``begin`` on wait no longer, as they are about to be summed up. What waits with a call
#: from before goes on waiting: its sums are not made anew.
WAIT_NO_LONGER = """DELETE FROM pending_rollups
    WHERE organization_id = CAST(:organization_id AS uuid)
    AND CAST(:begin AS timestamptz) <= ALL (timestamps)"""
#: The months in which an organization has calls that are to be in sums.
MONTHS = f"""SELECT DISTINCT date_trunc('month', "timestamp", 'UTC') AS month FROM {SUMMED}
ORDER BY month"""
#: All calls of a month. One that comes meanwhile waits, and is in no sum yet.
OF_MONTH = f"""{SUMMED} AND "timestamp" >= CAST(:month AS timestamptz)
    AND "timestamp" < CAST(:month AS timestamptz) + interval '1 month'"""
#: Weeks may lie in several months, or have begun when calls were there that are deleted. All is in
#: the order of the key, as a report reads it: neighbours stand on the same page.
FILL = f"""WITH {_made(OF_MONTH, _WHOLE, wide=False)}
INSERT INTO usage_rollups ({listed(COLUMNS)}) SELECT {listed(COLUMNS)} FROM made
ORDER BY {listed(KEY)}"""

_SORTED = f"""(SELECT array_agg(entry ORDER BY entry) FROM (
    SELECT (sum(each >> {SLOT_BITS})::bigint << {SLOT_BITS}) | (each & {SLOT_MASK}) AS entry
    FROM unnest(%s.durations) AS each GROUP BY each & {SLOT_MASK}) AS entries)"""


def differing(names: Iterable[str]) -> str:
    """Whether a row that is ``kept`` differs from what the calls amount to, which was ``made``."""
    numbers = " OR ".join(f'kept."{name}" IS DISTINCT FROM made."{name}"' for name in names)
    return f"({numbers} OR {_SORTED % 'kept'} IS DISTINCT FROM {_SORTED % 'made'})"


VERIFY = f"""WITH {_made(SUMMED, _QUICK)}, kept AS (
    SELECT * FROM usage_rollups
    WHERE organization_id = CAST(:organization_id AS uuid)
        AND start >= CAST(:begin AS timestamptz) AND (calls <> 0 OR durations IS NOT NULL)
), comparable AS (
    SELECT * FROM made WHERE start >= CAST(:begin AS timestamptz)
)
SELECT breakdown, tier, start,
    {", ".join(f'coalesce(kept."{name}", made."{name}") AS "{name}"' for name in DIMENSIONS)},
    kept.calls AS kept_calls, made.calls AS true_calls,
    kept.cost_usd AS kept_cost_usd, made.cost_usd AS true_cost_usd
FROM kept FULL JOIN comparable AS made USING (breakdown, tier, start, digest)
WHERE {differing((*DIMENSIONS, *COUNTS, *SUMS))}
ORDER BY breakdown, tier, start LIMIT :most"""
