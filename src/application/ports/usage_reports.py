"""Sums and distributions over many events."""

from abc import abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from domain.known_names import KnownNames
from domain.period import Span
from domain.price_gap import PriceGap
from domain.report import (
    Dimension,
    EventSelection,
    GroupBy,
    GroupRow,
    GroupSeries,
    Measures,
    SeriesPoint,
    Tally,
)


class UsageReports(Protocol):
    """Answers over the events of one selection. Sums of money and tokens are exact."""

    @abstractmethod
    def measures(self, selection: EventSelection) -> Measures:
        """Everything about the whole selection."""

    @abstractmethod
    def series(self, selection: EventSelection, buckets: Sequence[Span]) -> list[SeriesPoint]:
        """One point per bucket, empty ones too. ``buckets`` are adjacent and cover the span."""

    @abstractmethod
    def groups(
        self, selection: EventSelection, by: GroupBy, *, most: int | None = None
    ) -> list[GroupRow]:
        """One row per combination of values that occurs, costliest first, unknown costs last.

        Of more than ``most``, the first ones, and all others in one row at the end.
        """

    @abstractmethod
    def levels(
        self, selection: EventSelection, by: GroupBy, *, with_durations: bool = True
    ) -> list[list[GroupRow]]:
        """The whole as one row, then ``groups`` by the first of ``by``, by the first two and so on.

        Durations, which are most of the work, are those of the whole alone, if they are wanted.
        """

    @abstractmethod
    def trends(
        self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span]
    ) -> dict[tuple[str | None, ...], list[Decimal | None]]:
        """The cost in each bucket, for every combination of values that occurs, in no order.

        None is the cost of calls none of which has a known one. ``buckets`` are as in ``series``.
        """

    @abstractmethod
    def series_of_groups(
        self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span], *, most: int
    ) -> list[GroupSeries]:
        """``series`` for each combination of values that occurs, in the order of ``groups``.

        Of more than ``most``, the first ones, and all others in one series at the end. The points
        of all series add up to those of ``series``.
        """

    @abstractmethod
    def costliest(
        self, selection: EventSelection, dimensions: Sequence[Dimension], *, most: int
    ) -> dict[Dimension, list[GroupSeries]]:
        """``series_of_groups`` of each of ``dimensions``, with one bucket: the span."""

    @abstractmethod
    def spent(self, selection: EventSelection) -> Decimal:
        """The sum of the known costs; 0 where there are none."""

    @abstractmethod
    def tally(self, selection: EventSelection) -> Tally:
        """That of ``measures``, for a small part of their work: it is asked every few seconds."""

    @abstractmethod
    def share_of_single_calls(
        self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span] = ()
    ) -> float:
        """How much of the span such a question reads call by call, for want of sums: from 0 to 1.

        Calls that an index finds are none of these, nor is what the two ends of the span cut, nor
        are those of a tag that has no sums of its own. It is told without reading anything.
        ``buckets`` are as in ``series``, or empty for the whole.
        """

    @abstractmethod
    def known_names(self, organization_id: str, *, keys: int, tags: int) -> KnownNames:
        """The newest ``keys``, and of all tags that sums are kept by the first ``tags``.

        A tag is named once a call that has it is in sums, and from then on.
        """

    @abstractmethod
    def price_gaps(self, selection: EventSelection) -> list[PriceGap]:
        """Calls without a whole price, by provider, model and reason; most tokens first."""
