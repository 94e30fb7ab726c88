"""SQL that groups what is summed up by quarters into the rows that are kept, and into no others."""

from collections.abc import Iterable, Sequence

from adapters.sql.rollup_tables import DIMENSIONS
from domain.report import Dimension
from domain.rollup import BY_DIMENSIONS, Breakdown, Tier

_STARTS = {
    Tier.QUARTER: "quarter",
    Tier.HOUR: "date_trunc('hour', quarter, 'UTC')",
    Tier.DAY: "date_trunc('day', quarter, 'UTC')",
}


def listed(names: Iterable[str]) -> str:
    """Names of columns, quoted."""
    return ", ".join(f'"{name}"' for name in names)


def by_tier(sums: str, source: str, *also_by: str) -> str:
    """A query for ``sums`` over ``source`` by every tier and breakdown that is kept.

    Its columns are ``breakdown``, ``tier``, ``start``, ``digest``, the dimensions, and ``also_by``,
    by which it is grouped as well. ``source`` has ``quarter`` and the dimensions.
    """
    return " UNION ALL ".join(_of_tier(tier, sums, source, also_by) for tier in Tier)


def _of_tier(tier: Tier, sums: str, source: str, also_by: Sequence[str]) -> str:
    kept = [breakdown for breakdown in BY_DIMENSIONS if breakdown.finest <= tier]
    known = [each for each in DIMENSIONS if any(each in it.dimensions for it in kept)]
    values = {each: listed([each]) if each in known else "NULL::varchar" for each in DIMENSIONS}
    named = ", ".join(f'{value} AS "{each}"' for each, value in values.items())
    sets = ", ".join(f"({listed(each.dimensions)})" for each in kept)
    return f"""SELECT {_breakdown(kept, known)} AS breakdown, {tier}::smallint AS tier,
        {_STARTS[tier]} AS start, md5(row({", ".join(values.values())})::text)::uuid AS digest,
        {", ".join((named, *also_by, sums))}
    FROM {source} GROUP BY {", ".join((_STARTS[tier], *also_by))}, GROUPING SETS ({sets})"""


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
