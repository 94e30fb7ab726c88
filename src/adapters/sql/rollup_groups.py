"""SQL that groups what is summed up by quarters into the rows that are kept, and into no others."""

from collections.abc import Iterable, Mapping, Sequence

from adapters.sql.rollup_tables import DIMENSIONS
from domain.report import Dimension
from domain.rollup import BY_DIMENSIONS, EPOCH, Breakdown, Tier

#: Tiers whose rows are made of calls, and those whose rows are made of days'.
NARROW = tuple(tier for tier in Tier if tier <= Tier.DAY)
WIDE = tuple(tier for tier in Tier if tier > Tier.DAY)
#: Before it the weeks of an organization are over and have sums.
WEEKS_UNTIL = """(SELECT weeks_until FROM summed_weeks
        WHERE organization_id = CAST(:organization_id AS uuid))"""
_WIDTHS = {
    Tier.QUARTER: "15 minutes",
    Tier.HOUR: "1 hour",
    Tier.DAY: "1 day",
    Tier.WEEK: "7 days",
    Tier.FOUR_WEEKS: "28 days",
    Tier.SIXTEEN_WEEKS: "112 days",
}


def start_of(tier: Tier, moment: str) -> str:
    """When the bucket of a moment begins, which is an expression like this one."""
    return _binned(f"'{_WIDTHS[tier]}'", moment)


def width_of(tier: Tier) -> str:
    """As an interval."""
    return f"interval '{_WIDTHS[tier]}'"


def _binned(width: str, moment: str) -> str:
    return f"date_bin({width}, {moment}, '{EPOCH.isoformat()}')"


def listed(names: Iterable[str]) -> str:
    """Names of columns, quoted."""
    return ", ".join(f'"{name}"' for name in names)


def digest_of(values: Mapping[Dimension, str]) -> str:
    """The digest of a row by its values, which are expressions; of other dimensions it has none."""
    row = ", ".join(values.get(each, "NULL::varchar") for each in DIMENSIONS)
    return f"md5(row({row})::text)::uuid"


def by_tier(sums: str, source: str, *also_by: str) -> str:
    """A query for ``sums`` over ``source`` by tiers up to days, and every breakdown that is kept.

    Its columns are ``breakdown``, ``tier``, ``start``, ``digest``, the dimensions, and ``also_by``,
    by which it is grouped as well. ``source`` has ``quarter`` and the dimensions.
    """
    return " UNION ALL ".join(_of_tier(tier, sums, source, also_by) for tier in NARROW)


def of_days(sums: str, source: str, *also_by: str) -> str:
    """The same by wider tiers that are over, for ``sums`` of what ``source`` has of ``days``."""
    kept = ", ".join(
        f"('{breakdown}', {tier}::smallint, {width_of(tier)})"
        for breakdown in BY_DIMENSIONS
        for tier in WIDE
        if tier <= breakdown.coarsest
    )
    named = ", ".join(("digest", *(f'"{name}"' for name in also_by)))
    start = _binned("wide.width", "start")
    return f"""SELECT breakdown, wide.tier, {start} AS start, {named}, {sums}
    FROM {source} JOIN (VALUES {kept}) AS wide (breakdown, tier, width) USING (breakdown)
    WHERE days.tier = {Tier.DAY} AND {start} + wide.width <= {WEEKS_UNTIL}
    GROUP BY breakdown, wide.tier, {start}, {named}"""


def _of_tier(tier: Tier, sums: str, source: str, also_by: Sequence[str]) -> str:
    kept = [each for each in BY_DIMENSIONS if each.finest <= tier <= each.coarsest]
    known = [each for each in DIMENSIONS if any(each in it.dimensions for it in kept)]
    values = {each: listed([each]) for each in known}
    named = ", ".join(f'{values.get(each, "NULL::varchar")} AS "{each}"' for each in DIMENSIONS)
    sets = ", ".join(f"({listed(each.dimensions)})" for each in kept)
    start = start_of(tier, "quarter")
    return f"""SELECT {_breakdown(kept, known)} AS breakdown, {tier}::smallint AS tier,
        {start} AS start, {digest_of(values)} AS digest,
        {", ".join((named, *also_by, sums))}
    FROM {source} GROUP BY {", ".join((start, *also_by))}, GROUPING SETS ({sets})"""


def _breakdown(kept: Sequence[Breakdown], known: Sequence[Dimension]) -> str:
    """Which one a row is of, told by the dimensions that it is not grouped by."""
    if not known:
        return f"'{Breakdown.TOTAL}'"
    cases = (f"WHEN {_mask(each, known)} THEN '{each}'" for each in kept)
    return f"CASE grouping({listed(known)}) {' '.join(cases)} END"


def _mask(breakdown: Breakdown, known: Sequence[Dimension]) -> int:
    """As ``grouping`` has it: a bit for each dimension that is left out, the last one first."""
    return sum(
        1 << place
        for place, dimension in enumerate(reversed(known))
        if dimension not in breakdown.dimensions
    )
