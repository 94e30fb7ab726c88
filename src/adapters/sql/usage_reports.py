"""Sums and distributions over events, by PostgreSQL itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from adapters.sql import usage_group_series, usage_series, usage_statements
from adapters.sql.kept_sums import UNKNOWN, SeenWeeks
from adapters.sql.known_names import known_names
from adapters.sql.ready_tag_sums import FURTHER
from adapters.sql.selections import Chosen, values_of
from adapters.sql.single_calls import share_of_single_calls
from adapters.sql.usage_groups import Group, apart, own_values, rows_of, without_last
from adapters.sql.usage_questions import Questions
from adapters.sql.usage_sources import UNPRICED, names_of
from adapters.sql.usage_sums import Slots, Sums, added_up, known_cost
from application.ports.usage_reports import UsageReports
from domain.known_names import KnownNames
from domain.period import Span
from domain.price_gap import GapReason, PriceGap
from domain.report import (
    Dimension,
    EventFilter,
    EventSelection,
    GroupBy,
    GroupRow,
    GroupSeries,
    Measures,
    SeriesPoint,
    Tally,
)


class SqlUsageReports(UsageReports):
    """Sums come from roll-ups where these know what is asked for, else from the events."""

    def __init__(self, connection: Connection, weeks: SeenWeeks) -> None:
        self._connection = connection
        self._questions = Questions(connection, weeks)

    def measures(self, selection: EventSelection) -> Measures:
        found = self._sums(selection, ())
        return found[()].measures if found else Measures()

    def series(self, selection: EventSelection, buckets: Sequence[Span]) -> list[SeriesPoint]:
        return usage_series.series(self._questions, selection, buckets)

    def trends(
        self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span]
    ) -> dict[Group, list[Decimal | None]]:
        return usage_series.trends(self._questions, selection, by, buckets)

    def groups(
        self, selection: EventSelection, by: GroupBy, *, most: int | None = None
    ) -> list[GroupRow]:
        own, rest = apart(self._called(selection, by), most)
        durations = self._durations(selection, by, [group for group, _ in own] if rest else None)
        rows = [
            GroupRow(group, replace(each, slots=durations.get(group, {})).measures)
            for group, each in own
        ]
        if rest:
            others = replace(added_up(rest), slots=durations.get((FURTHER,) * len(by), {}))
            rows.append(GroupRow((None,) * len(by), others.measures, is_overflow=True))
        return rows

    def levels(
        self, selection: EventSelection, by: GroupBy, *, with_durations: bool = True
    ) -> list[list[GroupRow]]:
        slots: Slots = {}
        if with_durations:
            found, slots = self._called_and_durations(selection, by)
        else:
            found = self._called(selection, by)
        parts = []
        for _ in by:
            parts.append(rows_of(found))
            found = without_last(found)
        whole = replace(found[()], slots=slots).measures if found else Measures()
        return [[GroupRow((), whole)], *reversed(parts)]

    def series_of_groups(
        self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span], *, most: int
    ) -> list[GroupSeries]:
        return usage_group_series.series_of_groups(self._questions, selection, by, buckets, most)

    def costliest(
        self, selection: EventSelection, dimensions: Sequence[Dimension], *, most: int
    ) -> dict[Dimension, list[GroupSeries]]:
        return usage_group_series.costliest(self._questions, selection, dimensions, most)

    def spent(self, selection: EventSelection) -> Decimal:
        asked = self._questions.ask(selection)
        found = self._connection.execute(usage_statements.spent(asked.shape), asked.values)
        return Decimal(found.scalar_one())

    def tally(self, selection: EventSelection) -> Tally:
        # A page that is to come at once asks it, for which a look-up less is 0.4 ms of 2; there are
        # at most 365 days of a year to read in place of some weeks.
        is_of_all = selection.filter == EventFilter()
        asked = self._questions.ask(selection, kept=UNKNOWN if is_of_all else None)
        found = self._connection.execute(usage_statements.tally(asked.shape), asked.values)
        row = found.one()._asdict()
        if not row["calls"]:  # sums over no rows at all are null
            return Tally(0, Decimal(0))
        unpriced = int(row[UNPRICED])
        return Tally(int(row["calls"]), known_cost(row), unpriced)

    def share_of_single_calls(
        self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span] = ()
    ) -> float:
        return share_of_single_calls(selection, by, buckets)

    def known_names(self, organization_id: str, *, keys: int, tags: int) -> KnownNames:
        return known_names(self._connection, organization_id, keys=keys, tags=tags)

    def price_gaps(self, selection: EventSelection) -> list[PriceGap]:
        found = usage_statements.price_gaps(Chosen.by(selection))
        return [
            PriceGap(
                **{**row._asdict(), "reason": GapReason(row.reason), "tokens": int(row.tokens)}
            )
            for row in self._connection.execute(found, values_of(selection))
        ]

    def _sums(self, selection: EventSelection, by: GroupBy) -> dict[Group, Sums]:
        """Of every group that has calls."""
        found = self._called(selection, by)
        durations = self._durations(selection, by) if found else {}
        return {key: replace(each, slots=durations.get(key, {})) for key, each in found.items()}

    def _called(self, selection: EventSelection, by: GroupBy) -> dict[Group, Sums]:
        """The same without durations."""
        asked = self._questions.ask(selection, by)
        found = usage_statements.sums_of_groups(asked.shape)
        return _sums_of(self._connection.execute(found, asked.values), by)

    def _called_and_durations(
        self, selection: EventSelection, by: GroupBy
    ) -> tuple[dict[Group, Sums], Slots]:
        """The same with the durations of all, by one statement."""
        likely = self._questions.likely(selection)
        asked = self._questions.ask(selection, by, kept=likely)
        of_all = self._questions.ask(selection, mark="all_", kept=likely)
        found = usage_statements.sums_and_durations(asked.shape, of_all.shape)
        rows = self._connection.execute(found, asked.values | of_all.values).all()
        (last,) = (row for row in rows if row.is_last)
        known = self._questions.note(selection.organization_id, last)
        if known.weeks_until < likely.weeks_until:  # seen by a later look than this snapshot is of
            return self._called_and_durations(selection, by)
        return _sums_of(rows, by), _slots_of(last)

    def _durations(
        self, selection: EventSelection, by: GroupBy, own: Sequence[Group] | None = None
    ) -> Mapping[Group, Slots]:
        """Of each group, or of each of ``own``, and of all others as ``FURTHER``."""
        asked = self._questions.ask(selection, by)
        found = usage_statements.durations_of_groups(asked.shape, of_own=own is not None)
        values: dict[str, Any] = {**asked.values, **own_values(own or (), len(by))}
        return {
            # Without a dimension there is a row also where there is nothing.
            tuple(row[: len(by)]): _slots_of(row)
            for row in self._connection.execute(found, values)
        }


def _sums_of(rows: Iterable[Row[Any]], by: GroupBy) -> dict[Group, Sums]:
    known, names = (row._asdict() for row in rows if row.calls), names_of(by)
    return {tuple(row[name] for name in names): Sums(row, {}) for row in known}


def _slots_of(row: Row[Any]) -> Slots:
    return dict(zip(row.slots or (), row.counts or (), strict=True))
