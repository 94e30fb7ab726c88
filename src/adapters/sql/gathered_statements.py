"""SQL that gathers the sums by user and by value of a tag, forgets them, and compares them."""

from adapters.sql.rollup_groups import WEEKS_UNTIL, WIDE, listed, start_of, width_of
from adapters.sql.rollup_tables import GATHERED
from adapters.sql.tag_tables import WHOLE
from domain.rollup import Breakdown, Tier

_OWN = "organization_id = CAST(:organization_id AS uuid)"
_TIERS = tuple(tier for tier in Tier if tier >= Breakdown.TAG.finest)
_NUMBERS = ", ".join(f"array_agg({name}) AS {name}" for name in GATHERED)
_OF_ROW = ", ".join(f"r.{name}" for name in GATHERED)
_COLUMNS = listed(("organization_id", "tier", "start", "breakdown", "tag", "names", *GATHERED))


def _buckets(breakdown: Breakdown) -> str:
    """All that are over since the organization's first day, with calls or without."""
    narrow = "CAST(:until AS timestamptz)"
    ends = {tier: f"least({narrow}, {WEEKS_UNTIL})" if tier in WIDE else narrow for tier in _TIERS}
    return " UNION ALL ".join(
        f"""SELECT {tier}::smallint AS tier, bucket AS start FROM first,
        generate_series({start_of(tier, "first.start")}, {end} - {width_of(tier)},
            {width_of(tier)}) AS bucket"""
        for tier, end in ends.items()
        if breakdown.finest <= tier <= breakdown.coarsest
    )


def _gather(breakdown: Breakdown, tags: str, of_bucket: str) -> str:
    """The last few buckets that are missing, for each of the ``tags`` that a query finds."""
    return f"""
WITH first AS (
    SELECT min(start) AS start FROM usage_rollups
    WHERE {_OWN} AND breakdown = '{Breakdown.TOTAL}' AND tier = {Tier.DAY}
), missing AS MATERIALIZED (
    SELECT b.tier, b.start, tags.tag FROM ({_buckets(breakdown)}) AS b, ({tags}) AS tags
    WHERE NOT EXISTS (
        SELECT FROM gathered_sums AS g WHERE g.{_OWN} AND g.tier = b.tier AND g.start = b.start
            AND g.breakdown = '{breakdown}' AND g.tag = tags.tag)
    ORDER BY b.start DESC, b.tier, tags.tag LIMIT :most
)
INSERT INTO gathered_sums ({_COLUMNS})
SELECT CAST(:organization_id AS uuid), tier, start, '{breakdown}', tag,
    {", ".join(f"coalesce({name}, '{{}}') AS {name}" for name in ("names", *GATHERED))}
FROM missing CROSS JOIN LATERAL ({of_bucket}) AS found"""


OF_USERS = _gather(
    Breakdown.USER,
    # Where the last week had many.
    f"""SELECT '' AS tag WHERE CAST(:least AS integer) <= (SELECT count(*) FROM (
        SELECT FROM usage_rollups WHERE {_OWN} AND breakdown = '{Breakdown.USER}'
            AND tier = {Tier.WEEK} AND start = {WEEKS_UNTIL} - {width_of(Tier.WEEK)}
        LIMIT :least) AS users)""",
    f"""SELECT array_agg("user"::text) AS names, {_NUMBERS} FROM usage_rollups AS r
    WHERE r.{_OWN} AND r.breakdown = '{Breakdown.USER}' AND r.tier = missing.tier
        AND r.start = missing.start AND r.calls > 0""",
)
OF_VALUES = _gather(
    Breakdown.TAG,
    f"""SELECT tag FROM tag_values WHERE {_OWN} AND tag <> '{WHOLE}' AND value IS NOT NULL
        GROUP BY tag HAVING count(*) >= CAST(:least AS integer)""",
    f"""SELECT array_agg(v.value::text) AS names, {_NUMBERS}
    FROM tag_values AS v JOIN tag_rollups AS r USING (organization_id, number)
    WHERE v.{_OWN} AND v.tag = missing.tag AND r.tier = missing.tier
        AND r.start = missing.start AND r.calls > 0""",
)
_CHANGED = f"""
SELECT DISTINCT tier, start FROM unnest(CAST(:hours AS timestamptz[])) AS each (hour)
CROSS JOIN LATERAL (VALUES {", ".join(f"({t}, {start_of(t, 'hour')})" for t in _TIERS)})
    AS bucket (tier, start)"""
FORGET = f"""DELETE FROM gathered_sums AS g USING ({_CHANGED}) AS changed
WHERE g.{_OWN} AND g.tier = changed.tier AND g.start = changed.start"""
FORGET_ALL = f"DELETE FROM gathered_sums WHERE {_OWN}"
#: Where what is gathered is not what it was gathered from.
VERIFY = f"""WITH told AS (
    SELECT breakdown, tag, tier, start, true AS is_copy, unnest(names) AS name,
        {", ".join(f"unnest({name}) AS {name}" for name in GATHERED)}
    FROM gathered_sums WHERE {_OWN}
    UNION ALL
    SELECT breakdown, tag, tier, start, false, r."user", {_OF_ROW}
    FROM gathered_sums AS g JOIN usage_rollups AS r USING (organization_id, breakdown, tier, start)
    WHERE g.{_OWN} AND r.calls > 0
    UNION ALL
    SELECT g.breakdown, tag, tier, start, false, v.value, {_OF_ROW}
    FROM gathered_sums AS g JOIN tag_values AS v USING (organization_id, tag)
        JOIN tag_rollups AS r USING (organization_id, number, tier, start)
    WHERE g.{_OWN} AND g.breakdown = '{Breakdown.TAG}' AND r.calls > 0
), compared AS (
    SELECT breakdown, tier, start, 'gathered' AS place, nullif(tag, '') AS tag, name,
        {", ".join(f"sum({name}) FILTER (WHERE is_copy) AS kept_{name}" for name in GATHERED)},
        {", ".join(f"sum({name}) FILTER (WHERE NOT is_copy) AS true_{name}" for name in GATHERED)}
    FROM told GROUP BY breakdown, tag, tier, start, name
)
SELECT * FROM compared
WHERE {" OR ".join(f"kept_{name} IS DISTINCT FROM true_{name}" for name in GATHERED)}
ORDER BY breakdown, tier, start, tag, name LIMIT :most"""
