"""SQL that makes the sums by value of a tag and by model, as ``tag_statements`` those by tag.

It runs after that for tags alone, which gives values their numbers.
"""

from adapters.sql.event_tables import TOKEN_COLUMNS
from adapters.sql.rollup_groups import listed
from adapters.sql.rollup_statements import (
    ADDED,
    DURATIONS,
    OF_EVENT,
    OF_MONTH,
    SLOTS_OF_EVENT,
    SOME,
    SUMMED,
    TAKEN_AWAY,
    differing,
)
from adapters.sql.rollup_tables import COUNTS, SLOT_BITS, SUMS
from domain.rollup import Breakdown, Tier

_KEY = ("organization_id", "number", "start", "digest")
_COLUMNS = (*_KEY, "provider", "model", *COUNTS, *SUMS, "durations")
_OWN = "organization_id = CAST(:organization_id AS uuid)"
_MODEL = "start, digest, provider, model"


def _made(source: str, slotted: str) -> str:
    """Table expressions, the last of which is the sums of an organization's calls as ``made``."""
    durations = "durations" if slotted else "NULL::bigint[] AS durations"
    joined = "LEFT JOIN slotted USING (number, start, digest)" if slotted else ""
    return f"""
calls AS MATERIALIZED (
    SELECT date_trunc('day', "timestamp", 'UTC') AS start, provider, model,
        md5(row(provider, model)::text)::uuid AS digest, tags, md5(tags::text)::uuid AS marking,
        status, latency_ms, time_to_first_token_ms, cost_usd, cache_savings_usd, cost_source,
        {listed(TOKEN_COLUMNS.values())}
    FROM {source}
), sums AS MATERIALIZED (
    SELECT {_MODEL}, marking,
        {", ".join(f"sum({of_event}) AS {name}" for name, of_event in OF_EVENT.items())}
    FROM calls GROUP BY {_MODEL}, marking
), markings AS MATERIALIZED (
    SELECT marking, (array_agg(tags))[1] AS tags FROM calls GROUP BY marking
), marks AS MATERIALIZED (
    SELECT marking, number FROM markings
    CROSS JOIN LATERAL jsonb_each_text(tags) AS each (tag, value)
    JOIN tag_values AS k ON k.{_OWN} AND k.tag = each.tag AND k.value = each.value
), summed AS (
    SELECT number, {_MODEL}, {", ".join(f"sum({name}) AS {name}" for name in OF_EVENT)}
    FROM sums JOIN marks USING (marking) GROUP BY number, {_MODEL}
){slotted}, made AS (
    SELECT CAST(:organization_id AS uuid) AS organization_id, number, {_MODEL},
        {listed(COUNTS)}, {", ".join(f"nullif({n}, 0) AS {n}" for n in SUMS)}, {durations}
    FROM summed {joined}
)"""


_SLOTS = f""", slots AS (
    SELECT start, digest, marking, slot, count(*) AS n
    FROM calls CROSS JOIN LATERAL {SLOTS_OF_EVENT} AS each (slot)
    WHERE slot IS NOT NULL GROUP BY start, digest, marking, slot
), slotted AS (
    SELECT number, start, digest,
        array_agg((n::bigint << {SLOT_BITS}) | slot ORDER BY slot) AS durations
    FROM (
        SELECT number, start, digest, slot, sum(n) AS n FROM slots JOIN marks USING (marking)
        GROUP BY number, start, digest, slot
    ) AS spread GROUP BY number, start, digest
)"""

# In the order of the key, so that two transactions wait for one another and never deadlock.
_IN_ORDER = f"SELECT {listed(_COLUMNS)} FROM made ORDER BY {listed(_KEY)}"


def _change(changes: str) -> str:
    """Of rows that are there: a call may be older than these sums, and is in none then."""
    same = " AND ".join(f"r.{name} = excluded.{name}" for name in _KEY)
    return f"""WITH {_made(SOME, "")}
UPDATE tag_model_rollups AS r SET {changes} FROM ({_IN_ORDER}) AS excluded WHERE {same}"""


_INSERT = f"INSERT INTO tag_model_rollups AS r ({listed(_COLUMNS)}) {_IN_ORDER}"
ADD = f"""WITH {_made(SOME, _SLOTS)} {_INSERT}
ON CONFLICT ({listed(_KEY)}) DO UPDATE SET {ADDED}, {DURATIONS}"""
TAKE_AWAY, GIVE_BACK = _change(TAKEN_AWAY), _change(ADDED)
#: Of one month, after the sums by tag were made anew in the same transaction.
FILL = f"WITH {_made(OF_MONTH, _SLOTS)} {_INSERT}"
VERIFY = f"""WITH {_made(SUMMED, _SLOTS)}, kept AS (
    SELECT * FROM tag_model_rollups
    WHERE {_OWN} AND start >= CAST(:begin AS timestamptz)
        AND (calls <> 0 OR durations IS NOT NULL)
)
SELECT '{Breakdown.TAG_MODEL}' AS breakdown, {Tier.DAY}::smallint AS tier, start, tag, value,
    coalesce(kept.provider, made.provider) AS provider, coalesce(kept.model, made.model) AS model,
    kept.calls AS kept_calls, made.calls AS true_calls,
    kept.cost_usd AS kept_cost_usd, made.cost_usd AS true_cost_usd
FROM kept FULL JOIN made USING (number, start, digest)
LEFT JOIN (SELECT number, tag, value FROM tag_values WHERE {_OWN}) AS named USING (number)
WHERE {differing(("provider", "model", *COUNTS, *SUMS))}
ORDER BY start, tag, value, provider, model LIMIT :most"""
