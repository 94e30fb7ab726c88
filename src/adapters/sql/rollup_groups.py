"""SQL that groups what is summed up by quarters into the rows that are kept, and into no others."""

from collections.abc import Iterable, Mapping, Sequence

from adapters.sql.rollup_tables import DIMENSIONS
from domain.report import Dimension
from domain.rollup import BY_DIMENSIONS, EPOCH, Breakdown, Tier

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
    return f"date_bin('{_WIDTHS[tier]}', {moment}, '{EPOCH.isoformat()}')"


def listed(names: Iterable[str]) -> str:
    """Names of columns, quoted."""
    return ", ".join(f'"{name}"' for name in names)


def digest_of(values: Mapping[Dimension, str]) -> str:
    """The digest of a row by its values, which are expressions; of other dimensions it has none."""
    row = ", ".join(values.get(each, "NULL::varchar") for each in DIMENSIONS)
    return f"md5(row({row})::text)::uuid"


def by_tier(sums: str, source: str, *also_by: str, tiers: Iterable[Tier] = Tier) -> str:
    """A query for ``sums`` over ``source`` by each of ``tiers`` and every breakdown that is kept.

    Its columns are ``breakdown``, ``tier``, ``start``, ``digest``, the dimensions, and ``also_by``,
    by which it is grouped as well. ``source`` has ``quarter`` and the dimensions.
    """
    return " UNION ALL ".join(_of_tier(tier, sums, source, also_by) for tier in tiers)


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
