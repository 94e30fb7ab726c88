"""The order of a table's rows, by any of its columns."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from enum import StrEnum

from domain.report import GroupRow, Measures

_Value = Decimal | float | None


class RowSort(StrEnum):
    """By what rows are ordered. ``share`` is the order of cost, whose share it is."""

    NAME = "name"
    COST = "cost"
    SHARE = "share"
    CALLS = "calls"
    COST_PER_CALL = "cost_per_call"
    COST_PER_1000_TOKENS = "cost_per_1000_tokens"
    LATENCY_P50 = "latency_p50"
    LATENCY_P95 = "latency_p95"
    ERROR_RATE = "error_rate"
    CACHE_HIT_RATE = "cache_hit_rate"
    COVERAGE = "coverage"


class SortOrder(StrEnum):
    ASCENDING = "asc"
    DESCENDING = "desc"


def first_order(sort: RowSort) -> SortOrder:
    """What somebody means who names no order: names from the first, figures from the largest."""
    return SortOrder.ASCENDING if sort is RowSort.NAME else SortOrder.DESCENDING


def in_order(
    rows: Iterable[GroupRow], sort: RowSort = RowSort.COST, order: SortOrder | None = None
) -> list[GroupRow]:
    """The rows by a column, ``order`` None being its first order.

    Unknown figures are last in either order; ties are costliest first, then by name. The row of
    all further values stays last.
    """
    is_descending = (order or first_order(sort)) is SortOrder.DESCENDING
    found = sorted(rows, key=lambda row: row.place)
    if sort is RowSort.NAME:
        # The last of a row's names is what its first cell shows.
        found.sort(key=_names, reverse=is_descending)
    else:
        read = _FIGURES[sort]
        known = [row for row in found if read(row.measures) is not None]
        # Sorting in reverse keeps ties in the order that they have.
        known.sort(key=lambda row: read(row.measures) or 0, reverse=is_descending)
        found = known + [row for row in found if read(row.measures) is None]
    return sorted(found, key=lambda row: row.is_overflow)


def _names(row: GroupRow) -> list[tuple[bool, str, str]]:
    """Without regard to case, then by code points."""
    return [(name is None, (name or "").lower(), name or "") for name in reversed(row.group)]


_FIGURES: dict[RowSort, Callable[[Measures], _Value]] = {
    RowSort.COST: lambda measures: measures.cost_usd,
    RowSort.SHARE: lambda measures: measures.cost_usd,
    RowSort.CALLS: lambda measures: measures.calls,
    RowSort.COST_PER_CALL: lambda measures: measures.cost_per_call_usd,
    RowSort.COST_PER_1000_TOKENS: lambda measures: measures.cost_per_1000_tokens_usd,
    RowSort.LATENCY_P50: lambda measures: measures.latency_ms.p50,
    RowSort.LATENCY_P95: lambda measures: measures.latency_ms.p95,
    RowSort.ERROR_RATE: lambda measures: measures.error_rate,
    RowSort.CACHE_HIT_RATE: lambda measures: measures.cache_hit_rate,
    RowSort.COVERAGE: lambda measures: measures.coverage.priced_share,
}
