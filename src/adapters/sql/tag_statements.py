"""SQL that makes the sums by tag of events: added, verified and made anew by the same.

Events are summed up by hour and marking (all of their tags) first, so that the calls that one
program marks alike are few rows.
"""

from collections.abc import Iterable

from adapters.sql.event_tables import TOKEN_COLUMNS
from adapters.sql.rollup_groups import WEEKS_UNTIL, WIDE, listed, start_of, width_of
from adapters.sql.rollup_statements import (
    ADDED,
    DURATIONS,
    OF_EVENT,
    SLOTS_OF_EVENT,
    SOME,
    SUMMED,
    TAKEN_AWAY,
    differing,
)
from adapters.sql.rollup_tables import COUNTS, SLOT_BITS, SUMS
from adapters.sql.tag_tables import WHOLE
from domain.rollup import MOST_SUMMED_TAGS, MOST_SUMMED_VALUES, Breakdown, Tier

#: What a difference shows in the place of a value.
ANY_VALUE = "(any value)"
_KEY = ("organization_id", "number", "tier", "start")
_COLUMNS = (*_KEY, *COUNTS, *SUMS, "durations")
_OWN = "organization_id = CAST(:organization_id AS uuid)"
_TIERS = [tier for tier in Tier if Breakdown.TAG.finest <= tier <= Breakdown.TAG.coarsest]
_STARTS = (f"WHEN {tier} THEN {start_of(tier, 'hour')}" for tier in _TIERS)
_START = f"CASE tier {' '.join(_STARTS)} END"
#: Weeks have sums when they are over.
_IS_KEPT = " AND ".join(
    f"(tier <> {tier} OR {start_of(tier, 'hour')} + {width_of(tier)} <= {WEEKS_UNTIL})"
    for tier in _TIERS
    if tier in WIDE
)


#: Tags and values without sums, those with the most calls first, as far as there is room.
_ROOM = f"""
fresh AS MATERIALIZED (
    SELECT * FROM given WHERE NOT EXISTS (SELECT FROM tag_values AS k
        WHERE k.{_OWN} AND k.tag = given.tag AND k.value = given.value)
), named AS (
    SELECT tag, calls, (SELECT count(*) FROM tag_values AS k WHERE k.{_OWN} AND k.tag = f.tag)
        AS rows_there
    FROM (SELECT tag, sum(calls) AS calls FROM fresh GROUP BY tag) AS f
), admitted AS (
    SELECT tag, rows_there FROM (
        SELECT *, row_number() OVER (PARTITION BY rows_there = 0 ORDER BY calls DESC, tag) AS place
        FROM named) AS by_place
    WHERE rows_there > 0 OR place <= {MOST_SUMMED_TAGS} - (
        SELECT count(*) FROM tag_values WHERE {_OWN} AND tag <> '{WHOLE}' AND value IS NULL)
), placed AS (
    SELECT tag, value,
        row_number() OVER (PARTITION BY tag ORDER BY calls DESC, value)
            + greatest(rows_there - 1, 0) AS place
    FROM fresh JOIN admitted USING (tag)
), having_room AS (
    SELECT '{WHOLE}' AS tag, NULL AS value WHERE NOT EXISTS (
        SELECT FROM tag_values WHERE {_OWN} AND tag = '{WHOLE}' AND value IS NULL)
    UNION ALL SELECT tag, NULL FROM admitted WHERE rows_there = 0
    UNION ALL SELECT '{WHOLE}', tag FROM (SELECT DISTINCT tag FROM given) AS g
    WHERE (tag IN (SELECT tag FROM admitted) OR EXISTS (
        SELECT FROM tag_values AS k WHERE k.{_OWN} AND k.tag = g.tag))
        AND NOT EXISTS (SELECT FROM tag_values AS k
            WHERE k.{_OWN} AND k.tag = '{WHOLE}' AND k.value = g.tag)
    UNION ALL SELECT tag, value FROM placed WHERE place <= {MOST_SUMMED_VALUES}
)"""
_REGISTER = f"""{_ROOM}, new AS (
    INSERT INTO tag_values (organization_id, tag, value)
    SELECT CAST(:organization_id AS uuid), tag, value FROM having_room
    RETURNING number, tag, value
)"""
#: Of calls that are in sums all are there: what is not was lost.
_LOST = f"""{_ROOM}, new AS (
    SELECT -row_number() OVER (ORDER BY tag, value) AS number, tag, value FROM having_room
)"""
_NO_NEW = "new (number, tag, value) AS (SELECT 0::bigint, ''::text, ''::text WHERE false)"


def _made(source: str, slotted: str, new: str = _NO_NEW, tiers: Iterable[Tier] = _TIERS) -> str:
    """Table expressions, the last of which is the sums of an organization's calls as ``made``.

    What a statement inserts is not yet in its tables: a number is found there or in ``new``.
    """
    durations = "durations" if slotted else "NULL::bigint[] AS durations"
    joined = "LEFT JOIN slotted USING (number, tier, start)" if slotted else ""
    return f"""
calls AS MATERIALIZED (
    SELECT date_trunc('hour', "timestamp", 'UTC') AS hour, tags, md5(tags::text)::uuid AS marking,
        status, latency_ms, time_to_first_token_ms, cost_usd, cache_savings_usd, cost_source,
        {listed(TOKEN_COLUMNS.values())}
    FROM {source}
), sums AS MATERIALIZED (
    SELECT hour, marking,
        {", ".join(f"sum({of_event}) AS {name}" for name, of_event in OF_EVENT.items())}
    FROM calls GROUP BY hour, marking
), markings AS MATERIALIZED (
    SELECT marking, (array_agg(tags))[1] AS tags, count(*) AS calls FROM calls GROUP BY marking
), pairs AS MATERIALIZED (
    SELECT marking, tag, value, calls FROM markings
    CROSS JOIN LATERAL jsonb_each_text(tags) AS each (tag, value)
), given AS MATERIALIZED (
    SELECT tag, value, sum(calls) AS calls FROM pairs GROUP BY tag, value
), {new}, numbered AS MATERIALIZED (
    SELECT g.tag, g.value, coalesce(own.number, new.number, rest.number, new_rest.number) AS number
    FROM given AS g
    LEFT JOIN tag_values AS own ON own.{_OWN} AND own.tag = g.tag AND own.value = g.value
    LEFT JOIN tag_values AS rest ON rest.{_OWN} AND rest.tag = g.tag AND rest.value IS NULL
    LEFT JOIN new ON new.tag = g.tag AND new.value = g.value
    LEFT JOIN new AS new_rest ON new_rest.tag = g.tag AND new_rest.value IS NULL
), whole AS (
    SELECT value AS tag, number FROM tag_values WHERE {_OWN} AND tag = '{WHOLE}'
    UNION ALL SELECT value, number FROM new WHERE tag = '{WHOLE}'
), marks AS MATERIALIZED (
    SELECT marking, number FROM pairs JOIN numbered USING (tag, value) WHERE number IS NOT NULL
    UNION ALL SELECT marking, number FROM pairs JOIN whole USING (tag)
    UNION ALL SELECT marking, number FROM markings CROSS JOIN whole WHERE tag IS NULL
), tiers (tier) AS (VALUES {", ".join(f"({tier}::smallint)" for tier in tiers)}
), buckets AS MATERIALIZED (
    SELECT hour, tier, {_START} AS start FROM (SELECT DISTINCT hour FROM sums) AS hours
    CROSS JOIN tiers WHERE {_IS_KEPT}
), summed AS (
    SELECT number, tier, start, {", ".join(f"sum({name}) AS {name}" for name in OF_EVENT)}
    FROM sums JOIN buckets USING (hour) JOIN marks USING (marking) GROUP BY number, tier, start
){slotted}, made AS (
    SELECT CAST(:organization_id AS uuid) AS organization_id, number, tier, start,
        {listed(COUNTS)}, {", ".join(f"nullif({n}, 0) AS {n}" for n in SUMS)}, {durations}
    FROM summed {joined}
)"""


_SLOTS = f""", slots AS (
    SELECT hour, marking, slot, count(*) AS n
    FROM calls CROSS JOIN LATERAL {SLOTS_OF_EVENT} AS each (slot)
    WHERE slot IS NOT NULL GROUP BY hour, marking, slot
)"""
#: An entry for each slot of a row, or, which is quicker, one for each of its kinds of calls.
_WHOLE = f"""{_SLOTS}, slotted AS (
    SELECT number, tier, start,
        array_agg((n::bigint << {SLOT_BITS}) | slot ORDER BY slot) AS durations
    FROM (
        SELECT number, tier, start, slot, sum(n) AS n
        FROM slots JOIN buckets USING (hour) JOIN marks USING (marking)
        GROUP BY number, tier, start, slot
    ) AS spread GROUP BY number, tier, start
)"""
_QUICK = f"""{_SLOTS}, slotted AS (
    SELECT number, tier, start, array_agg((n::bigint << {SLOT_BITS}) | slot) AS durations
    FROM slots JOIN buckets USING (hour) JOIN marks USING (marking) GROUP BY number, tier, start
)"""


# In the order of the key, so that two transactions wait for one another and never deadlock.
_IN_ORDER = f"SELECT {listed(_COLUMNS)} FROM made ORDER BY {listed(_KEY)}"


def _change(changes: str) -> str:
    """Of rows that are there: a call may be older than sums by tag, and is in none then."""
    same = " AND ".join(f"r.{name} = excluded.{name}" for name in _KEY)
    return f"""WITH {_made(SOME, "")}
UPDATE tag_rollups AS r SET {changes} FROM ({_IN_ORDER}) AS excluded WHERE {same}"""


ADD = f"""WITH {_made(SOME, _QUICK, _REGISTER)}
INSERT INTO tag_rollups AS r ({listed(_COLUMNS)}) {_IN_ORDER}
ON CONFLICT ({listed(_KEY)}) DO UPDATE SET {ADDED}, {DURATIONS}"""
TAKE_AWAY, GIVE_BACK = _change(TAKEN_AWAY), _change(ADDED)
#: After the other sums were made anew, in the same transaction: of the calls that these have, and
#: of none that has come meanwhile and waits. Weeks are made of days then.
FILL = f"""WITH {_made(SUMMED, _WHOLE, _REGISTER, (Tier.HOUR, Tier.DAY))}
INSERT INTO tag_rollups ({listed(_COLUMNS)}) {_IN_ORDER}"""
VERIFY = f"""WITH {_made(SUMMED, _WHOLE, _LOST)}, kept AS (
    SELECT * FROM tag_rollups
    WHERE {_OWN} AND start >= CAST(:begin AS timestamptz)
        AND (calls <> 0 OR durations IS NOT NULL)
), comparable AS (
    SELECT * FROM made WHERE start >= CAST(:begin AS timestamptz)
)
SELECT '{Breakdown.TAG}' AS breakdown, tier, start,
    CASE WHEN tag <> '{WHOLE}' THEN tag ELSE value END AS tag,
    CASE WHEN tag <> '{WHOLE}' THEN value WHEN value IS NOT NULL THEN '{ANY_VALUE}' END AS value,
    kept.calls AS kept_calls, made.calls AS true_calls,
    kept.cost_usd AS kept_cost_usd, made.cost_usd AS true_cost_usd
FROM kept FULL JOIN comparable AS made USING (number, tier, start)
LEFT JOIN (SELECT number, tag, value FROM tag_values WHERE {_OWN}
    UNION ALL SELECT number, tag, value FROM new) AS named USING (number)
WHERE {differing((*COUNTS, *SUMS))}
ORDER BY tier, start, tag, value LIMIT :most"""
