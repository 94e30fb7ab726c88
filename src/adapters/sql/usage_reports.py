"""Sums and distributions over events, by PostgreSQL itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Subquery,
    case,
    func,
    literal,
    select,
    text,
)

from adapters.sql import usage_series
from adapters.sql.event_tables import IS_UNPRICED, TOKEN_COLUMNS, events
from adapters.sql.gap_reasons import GAP_REASON
from adapters.sql.ready_tag_sums import FURTHER
from adapters.sql.rollup_tables import COUNTS, SUMS
from adapters.sql.selections import conditions
from adapters.sql.usage_groups import Group, apart, is_one_of, rows_of, without_last
from adapters.sql.usage_sources import slots, sums
from adapters.sql.usage_sums import Slots, Sums, added_up, known_cost
from application.ports.usage_reports import UsageReports
from domain.costing import CostSource
from domain.period import Span
from domain.price_gap import GapReason, PriceGap
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

_TALLIED = ("calls", f"{CostSource.UNPRICED}_calls", "cost_usd")
_FIRST = func.min(events.c.timestamp).label("first_seen")
_LAST = func.max(events.c.timestamp).label("last_seen")
_TOKENS_OF_EVENTS = sum(
    (func.coalesce(func.sum(events.c[name]), 0) for name in TOKEN_COLUMNS.values()),
    start=literal(0),
).label("tokens")


class SqlUsageReports(UsageReports):
    """Sums come from roll-ups where these know what is asked for, else from the events."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def measures(self, selection: EventSelection) -> Measures:
        found = self._sums(selection, ())
        return found[()].measures if found else Measures()

    def series(self, selection: EventSelection, buckets: Sequence[Span]) -> list[SeriesPoint]:
        return usage_series.series(self._connection, selection, buckets)

    def trends(
        self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span]
    ) -> dict[Group, list[Decimal | None]]:
        return usage_series.trends(self._connection, selection, by, buckets)

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
        found = self._called(selection, by)
        parts = []
        for _ in by:
            parts.append(rows_of(found))
            found = without_last(found)
        durations = self._durations(selection, ()) if found and with_durations else {}
        whole = Measures()
        if found:
            whole = replace(found[()], slots=durations.get((), {})).measures
        return [[GroupRow((), whole)], *reversed(parts)]

    def series_of_groups(
        self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span], *, most: int
    ) -> list[GroupSeries]:
        return usage_series.series_of_groups(self._connection, selection, by, buckets, most)

    def costliest(
        self, selection: EventSelection, dimensions: Sequence[Dimension], *, most: int
    ) -> dict[Dimension, list[GroupSeries]]:
        return usage_series.costliest(self._connection, selection, dimensions, most)

    def spent(self, selection: EventSelection) -> Decimal:
        source = sums(selection, numbers=("cost_usd",)).subquery()
        found = select(func.coalesce(func.sum(source.c.cost_usd), 0))
        return Decimal(self._connection.execute(found).scalar_one())

    def tally(self, selection: EventSelection) -> Tally:
        source = sums(selection, numbers=_TALLIED).subquery()
        found = select(*(func.sum(source.c[name]).label(name) for name in _TALLIED))
        row = self._connection.execute(found).one()._asdict()
        # Sums over no rows at all are null.
        return Tally(int(row["calls"]), known_cost(row)) if row["calls"] else Tally(0, Decimal(0))

    def price_gaps(self, selection: EventSelection) -> list[PriceGap]:
        keys = (events.c.provider, events.c.model, GAP_REASON)
        tokens, calls = _TOKENS_OF_EVENTS, func.count()
        found = (
            select(*keys, tokens, calls.label("calls"), _FIRST, _LAST)
            .where(text(IS_UNPRICED), *conditions(selection))
            .group_by(*keys)
        )
        order = [
            key.collate("C") for key in (events.c.provider, events.c.model, GAP_REASON.element)
        ]
        rows = self._connection.execute(found.order_by(tokens.desc(), calls.desc(), *order))
        return [
            PriceGap(
                **{**row._asdict(), "reason": GapReason(row.reason), "tokens": int(row.tokens)}
            )
            for row in rows
        ]

    def _sums(self, selection: EventSelection, by: GroupBy) -> dict[Group, Sums]:
        """Of every group that has calls."""
        found = self._called(selection, by)
        durations = self._durations(selection, by) if found else {}
        return {key: replace(each, slots=durations.get(key, {})) for key, each in found.items()}

    def _called(self, selection: EventSelection, by: GroupBy) -> dict[Group, Sums]:
        """The same without durations."""
        source = sums(selection, by).subquery()
        keys = [source.c[f"group_{number}"] for number in range(len(by))]
        found = select(*keys, *_totals(source)).group_by(*keys)
        rows = [row._asdict() for row in self._connection.execute(found)]
        return {_key(row, by): Sums(row, {}) for row in rows if row["calls"]}

    def _durations(
        self, selection: EventSelection, by: GroupBy, own: Sequence[Group] | None = None
    ) -> Mapping[Group, Slots]:
        """Of each group, or of each of ``own``, and of all others as ``FURTHER``."""
        source = slots(selection, by).subquery()
        names = [f"group_{number}" for number in range(len(by))]
        of_group: list[ColumnElement[Any]] = [source.c[name] for name in names]
        if own is not None:
            is_own = is_one_of(of_group, own)
            of_group = [case((is_own, key), else_=FURTHER) for key in of_group]
        labelled = [key.label(name) for key, name in zip(of_group, names, strict=True)]
        number = func.sum(source.c.n)
        counted = (
            select(*labelled, source.c.slot, number.cast(BigInteger).label("n"))
            .group_by(*labelled, source.c.slot)
            # A slot of all calls may be taken up by those with a tag, and leave none without.
            .having(number != 0)
            .subquery()
        )
        # A row for each group and not for each slot: there may be thousands of both.
        keys = [counted.c[name] for name in names]
        found = select(*keys, func.array_agg(counted.c.slot), func.array_agg(counted.c.n)).group_by(
            *keys
        )
        return {
            # Without a dimension there is a row also where there is nothing.
            tuple(row[: len(by)]): dict(zip(row[-2] or (), row[-1] or (), strict=True))
            for row in self._connection.execute(found)
        }


def _totals(source: Subquery) -> list[Any]:
    return [func.sum(source.c[name]).label(name) for name in (*COUNTS, *SUMS)]


def _key(row: Mapping[str, Any], by: GroupBy) -> Group:
    return tuple(row[f"group_{number}"] for number in range(len(by)))
