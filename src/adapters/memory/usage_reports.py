"""Sums and distributions over the events in memory."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from adapters.memory.selections import select, value_of
from adapters.memory.state import State
from application.ports.usage_reports import UsageReports
from domain.costing import CostSource
from domain.durations import distribution, slot_of
from domain.event import Event, Status
from domain.known_names import KnownNames
from domain.money import exact_sum
from domain.period import Span
from domain.price_gap import GapReason, PriceGap, gap_reason
from domain.report import (
    Coverage,
    Dimension,
    Distribution,
    EventSelection,
    GroupBy,
    GroupRow,
    GroupSeries,
    Measures,
    SeriesPoint,
    Tally,
    place_of,
)
from domain.usage.token_usage import TokenClass

Group = tuple[str | None, ...]


class InMemoryUsageReports(UsageReports):
    def __init__(self, state: State) -> None:
        self._state = state

    def measures(self, selection: EventSelection) -> Measures:
        return _measures(list(select(self._state, selection)))

    def series(self, selection: EventSelection, buckets: Sequence[Span]) -> list[SeriesPoint]:
        events = list(select(self._state, selection))
        return list(_points(buckets, events))

    def groups(
        self, selection: EventSelection, by: GroupBy, *, most: int | None = None
    ) -> list[GroupRow]:
        groups = self._grouped(selection, by)
        rows = [GroupRow(group=group, measures=_measures(found)) for group, found in groups.items()]
        rows.sort(key=lambda row: row.place)
        if most is None or len(rows) <= most:
            return rows
        others = [event for row in rows[most:] for event in groups[row.group]]
        return [*rows[:most], GroupRow((None,) * len(by), _measures(others), is_overflow=True)]

    def levels(
        self, selection: EventSelection, by: GroupBy, *, with_durations: bool = True
    ) -> list[list[GroupRow]]:
        whole = [GroupRow((), self.measures(selection))]
        parts = [self.groups(selection, by[: number + 1]) for number in range(len(by))]
        return [
            whole if with_durations else _without_durations(whole),
            *map(_without_durations, parts),
        ]

    def trends(
        self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span]
    ) -> dict[Group, list[Decimal | None]]:
        return {
            group: [_point(span, events).cost_usd for span in buckets]
            for group, events in self._grouped(selection, by).items()
        }

    def series_of_groups(
        self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span], *, most: int
    ) -> list[GroupSeries]:
        groups = self._grouped(selection, by)
        order = sorted(groups, key=lambda group: place_of(group, _cost(groups[group])))
        found = [GroupSeries(group, _points(buckets, groups[group])) for group in order[:most]]
        others = [event for group in order[most:] for event in groups[group]]
        if others:
            found.append(GroupSeries((None,) * len(by), _points(buckets, others), is_overflow=True))
        return found

    def costliest(
        self, selection: EventSelection, dimensions: Sequence[Dimension], *, most: int
    ) -> dict[Dimension, list[GroupSeries]]:
        return {
            each: self.series_of_groups(selection, (each,), [selection.span], most=most)
            for each in dimensions
        }

    def spent(self, selection: EventSelection) -> Decimal:
        return _sum_of_known(event.cost.cost_usd for event in select(self._state, selection))

    def tally(self, selection: EventSelection) -> Tally:
        events = list(select(self._state, selection))
        return Tally(len(events), _cost(events), _unpriced(events))

    def share_of_single_calls(
        self,
        selection: EventSelection,  # noqa: ARG002 - there are no sums to be without
        by: GroupBy,  # noqa: ARG002
        buckets: Sequence[Span] = (),  # noqa: ARG002
    ) -> float:
        return 0.0

    def known_names(self, organization_id: str, *, keys: int, tags: int) -> KnownNames:
        owned = (
            (own, key.name)
            for (of, own), key in self._state.api_keys.items()
            if of == organization_id
        )
        events = (event for (of, _), event in self._state.events.items() if of == organization_id)
        named = {name for event in events for name in event.reported.tags}
        return KnownNames(
            keys=dict(sorted(owned, reverse=True)[:keys]), tags=tuple(sorted(named)[:tags])
        )

    def price_gaps(self, selection: EventSelection) -> list[PriceGap]:
        groups: dict[tuple[str, str, GapReason], list[Event]] = {}
        for event in select(self._state, selection):
            reason = gap_reason(event)
            if reason is not None:
                key = (event.reported.provider, event.reported.model, reason)
                groups.setdefault(key, []).append(event)
        gaps = [_gap(*key, events) for key, events in groups.items()]
        return sorted(gaps, key=lambda g: (-g.tokens, -g.calls, g.provider, g.model, g.reason))

    def _grouped(self, selection: EventSelection, by: GroupBy) -> dict[Group, list[Event]]:
        groups: dict[Group, list[Event]] = {}
        for event in select(self._state, selection):
            values = tuple(value_of(event, each) for each in by)
            groups.setdefault(values, []).append(event)
        return groups


def _without_durations(rows: Iterable[GroupRow]) -> list[GroupRow]:
    none = Distribution()
    return [
        replace(row, measures=replace(row.measures, latency_ms=none, time_to_first_token_ms=none))
        for row in rows
    ]


def _gap(provider: str, model: str, reason: GapReason, events: Sequence[Event]) -> PriceGap:
    moments = [event.reported.timestamp for event in events]
    return PriceGap(
        provider=provider,
        model=model,
        reason=reason,
        calls=len(events),
        tokens=sum(event.usage.total_tokens for event in events),
        first_seen=min(moments),
        last_seen=max(moments),
    )


def _measures(events: Sequence[Event]) -> Measures:
    return Measures(
        cost_usd=_cost(events),
        calls=len(events),
        errors=_errors(events),
        tokens=_tokens(events),
        latency_ms=_distribution(event.reported.latency_ms for event in events),
        time_to_first_token_ms=_distribution(
            event.reported.time_to_first_token_ms for event in events
        ),
        cache_savings_usd=_sum_of_known(event.cost.cache_savings_usd for event in events),
        coverage=Coverage.of(Counter(event.cost.source for event in events)),
    )


def _points(buckets: Iterable[Span], events: Sequence[Event]) -> tuple[SeriesPoint, ...]:
    return tuple(_point(span, events) for span in buckets)


def _point(span: Span, events: Iterable[Event]) -> SeriesPoint:
    inside = [event for event in events if span.start <= event.reported.timestamp < span.end]
    return SeriesPoint(
        span=span,
        cost_usd=_cost(inside),
        calls=len(inside),
        errors=_errors(inside),
        tokens=sum(event.usage.total_tokens for event in inside),
        unpriced_calls=_unpriced(inside),
    )


def _unpriced(events: Iterable[Event]) -> int:
    return sum(event.cost.source is CostSource.UNPRICED for event in events)


def _cost(events: Sequence[Event]) -> Decimal | None:
    if events and all(event.cost.cost_usd is None for event in events):
        return None
    return _sum_of_known(event.cost.cost_usd for event in events)


def _sum_of_known(amounts: Iterable[Decimal | None]) -> Decimal:
    return exact_sum(amount for amount in amounts if amount is not None)


def _errors(events: Iterable[Event]) -> int:
    return sum(event.reported.status is Status.ERROR for event in events)


def _tokens(events: Iterable[Event]) -> dict[TokenClass, int]:
    total: Counter[TokenClass] = Counter()
    for event in events:
        total.update(event.usage.tokens)
    return {name: number for name, number in total.items() if number}


def _distribution(durations: Iterable[int | None]) -> Distribution:
    known = [duration for duration in durations if duration is not None]
    return distribution(Counter(map(slot_of, known)), sum(known))
