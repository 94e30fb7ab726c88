"""Sums and distributions over events, by PostgreSQL itself."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    Integer,
    Subquery,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.sql.event_tables import IS_UNPRICED, TOKEN_COLUMNS, events
from adapters.sql.gap_reasons import GAP_REASON
from adapters.sql.rollup_tables import COUNTS, FIRST_TOKEN_BIT, SUMS
from adapters.sql.selections import conditions
from adapters.sql.usage_sources import slots, sums
from application.ports.usage_reports import UsageReports
from domain.costing import CostSource
from domain.durations import distribution
from domain.period import Span
from domain.price_gap import GapReason, PriceGap
from domain.report import (
    Coverage,
    Distribution,
    EventSelection,
    GroupBy,
    GroupRow,
    Measures,
    SeriesPoint,
)

_FIRST = func.min(events.c.timestamp).label("first_seen")
_LAST = func.max(events.c.timestamp).label("last_seen")
_TOKENS_OF_EVENTS = sum(
    (func.coalesce(func.sum(events.c[name]), 0) for name in TOKEN_COLUMNS.values()),
    start=literal(0),
).label("tokens")

#: Calls by slot of their duration.
_Slots = dict[int, int]


class SqlUsageReports(UsageReports):
    """Sums come from roll-ups where these know what is asked for, else from the events."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def measures(self, selection: EventSelection) -> Measures:
        (found,) = self._measured(selection, ()).values() or (Measures(),)
        return found

    def series(self, selection: EventSelection, buckets: Sequence[Span]) -> list[SeriesPoint]:
        source = sums(selection, buckets=buckets).subquery()
        starts = literal([span.start for span in buckets], ARRAY(DateTime(timezone=True)))
        bucket = func.width_bucket(source.c.moment, starts, type_=Integer).label("bucket")
        found = select(bucket, *_totals(source)).group_by(bucket)
        rows = {row.bucket: row._asdict() for row in self._connection.execute(found)}
        return [_to_point(span, rows.get(number)) for number, span in enumerate(buckets, start=1)]

    def groups(self, selection: EventSelection, by: GroupBy) -> list[GroupRow]:
        rows = [GroupRow(*pair) for pair in self._measured(selection, by).items()]
        return sorted(rows, key=lambda row: row.place)

    def spent(self, selection: EventSelection) -> Decimal:
        source = sums(selection).subquery()
        found = select(func.coalesce(func.sum(source.c.cost_usd), 0))
        return Decimal(self._connection.execute(found).scalar_one())

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

    def _measured(
        self, selection: EventSelection, by: GroupBy
    ) -> dict[tuple[str | None, ...], Measures]:
        """The measures of every group that has calls."""
        source = sums(selection, by).subquery()
        keys = [source.c[f"group_{number}"] for number in range(len(by))]
        found = select(*keys, *_totals(source)).group_by(*keys)
        rows = [row._asdict() for row in self._connection.execute(found)]
        called = {_key(row, by): row for row in rows if row["calls"]}
        durations = self._durations(selection, by) if called else {}
        return {key: _to_measures(row, durations.get(key, {})) for key, row in called.items()}

    def _durations(
        self, selection: EventSelection, by: GroupBy
    ) -> dict[tuple[str | None, ...], _Slots]:
        source = slots(selection, by).subquery()
        keys = [source.c[f"group_{number}"] for number in range(len(by))]
        found = select(*keys, source.c.slot, func.sum(source.c.n).label("n")).group_by(
            *keys, source.c.slot
        )
        durations: dict[tuple[str | None, ...], _Slots] = {}
        for row in self._connection.execute(found):
            durations.setdefault(tuple(row[: len(by)]), {})[row.slot] = int(row.n)
        return durations


def _totals(source: Subquery) -> list[Any]:
    return [func.sum(source.c[name]).label(name) for name in (*COUNTS, *SUMS)]


def _key(row: Mapping[str, Any], by: GroupBy) -> tuple[str | None, ...]:
    return tuple(row[f"group_{number}"] for number in range(len(by)))


def _to_measures(row: Mapping[str, Any], slots: _Slots) -> Measures:
    first_token = {slot - FIRST_TOKEN_BIT: n for slot, n in slots.items() if slot > FIRST_TOKEN_BIT}
    latency = {slot: n for slot, n in slots.items() if slot < FIRST_TOKEN_BIT}
    counts = {source: int(row[f"{source}_calls"]) for source in CostSource}
    return Measures(
        cost_usd=_known_cost(row),
        calls=int(row["calls"]),
        errors=int(row["errors"]),
        tokens={name: int(row[col]) for name, col in TOKEN_COLUMNS.items() if row[col]},
        latency_ms=_distribution(latency, row["latency_ms"]),
        time_to_first_token_ms=_distribution(first_token, row["first_token_ms"]),
        cache_savings_usd=row["cache_savings_usd"] or Decimal(0),
        coverage=Coverage.of(counts),
    )


def _distribution(slots: _Slots, total_ms: Decimal | None) -> Distribution:
    return distribution(slots, int(total_ms or 0))


def _known_cost(row: Mapping[str, Any]) -> Decimal | None:
    """None where there are calls and the cost of none is known."""
    if row["calls"] == row[f"{CostSource.UNPRICED}_calls"]:
        return None
    return row["cost_usd"] or Decimal(0)


def _to_point(span: Span, row: Mapping[str, Any] | None) -> SeriesPoint:
    if row is None or not row["calls"]:
        return SeriesPoint(span=span, cost_usd=Decimal(0), calls=0, errors=0, tokens=0)
    return SeriesPoint(
        span=span,
        cost_usd=_known_cost(row),
        calls=int(row["calls"]),
        errors=int(row["errors"]),
        tokens=sum(int(row[name] or 0) for name in TOKEN_COLUMNS.values()),
    )
