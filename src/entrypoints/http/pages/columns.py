"""The columns of the tables by provider and by model, and the links that sort by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.row_order import RowSort, SortOrder, first_order
from entrypoints.http.texts import mark


@dataclass(frozen=True, slots=True)
class Column:
    """``label`` and ``meaning`` are English, to be translated where they are shown.

    ``room`` is the class that takes a column away where there is little of it.
    """

    sort: RowSort
    label: str
    meaning: str = ""
    room: str = ""


COLUMNS = (
    Column(RowSort.COST, mark("Cost"), mark("The sum of the known costs")),
    Column(RowSort.SHARE, mark("Share"), mark("Of the cost of all rows")),
    Column(RowSort.CALLS, mark("Calls"), mark("Failed ones too"), "roomy"),
    Column(
        RowSort.COST_PER_CALL, mark("Per call"), mark("Over the calls with a known cost"), "wide"
    ),
    Column(
        RowSort.COST_PER_1000_TOKENS,
        mark("Per 1k tokens"),
        mark("The known cost over all tokens, for a thousand of them"),
        "very-wide",
    ),
    Column(
        RowSort.LATENCY_P50, mark("p50"), mark("Latency that half of the calls reach"), "very-wide"
    ),
    Column(
        RowSort.LATENCY_P95, mark("p95"), mark("Latency that 95 % of the calls keep to"), "wide"
    ),
    Column(RowSort.ERROR_RATE, mark("Errors"), mark("Share of failed calls"), "wide"),
    Column(
        RowSort.CACHE_HIT_RATE,
        mark("Cache hits"),
        mark("Share of the prompts' tokens that were read from a cache"),
        "very-wide",
    ),
    Column(
        RowSort.COVERAGE, mark("Priced"), mark("Share of calls whose whole cost is known"), "wide"
    ),
)


@dataclass(frozen=True, slots=True)
class RowOrder:
    """What a table is sorted by, as its address says it."""

    sort: RowSort = RowSort.COST
    order: SortOrder = SortOrder.DESCENDING

    @classmethod
    def read(cls, args: Mapping[str, str]) -> "RowOrder":
        """Costliest first, and the first order of a column, where the address says nothing."""
        asked, order = args.get("sort", ""), args.get("order", "")
        sort = RowSort(asked) if asked in set(RowSort) else RowSort.COST
        return cls(sort, SortOrder(order) if order in set(SortOrder) else first_order(sort))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """For an address; nothing where it is the order that nobody has to ask for."""
        if self == RowOrder():
            return []
        named = [("sort", self.sort.value)]
        return named if self.order is first_order(self.sort) else [*named, ("order", self.order)]

    def by(self, sort: RowSort) -> "RowOrder":
        """What a click on a column's head asks for: its first order, then the other one."""
        if sort is not self.sort:
            return RowOrder(sort, first_order(sort))
        is_up = self.order is SortOrder.ASCENDING
        return RowOrder(sort, SortOrder.DESCENDING if is_up else SortOrder.ASCENDING)

    def aria(self, sort: RowSort) -> str | None:
        """The value of ``aria-sort``; None for a column that the table is not sorted by."""
        return f"{self.order.name.lower()}" if sort is self.sort else None

    def room(self, column: Column) -> str:
        """The classes of its cells; what the table is sorted by is seen on the smallest screen."""
        return f"{column.room} by" if column.sort is self.sort else column.room

    def rooms(self, columns: Sequence[Column]) -> list[str]:
        """The same of each."""
        return [self.room(column) for column in columns]
