"""Events in memory."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from adapters.memory.selections import select
from adapters.memory.state import MergedEvent, State
from application.ports.events import EventPosition, EventStore, Fate, Reach
from domain.costing import CostSource
from domain.event import Event
from domain.event_order import Value, place, place_in
from domain.report import EventSelection, EventSort
from domain.repricing import RepricingPosition, RepricingScope
from domain.same_call import is_same_call


class InMemoryEventStore(EventStore):
    def __init__(self, state: State) -> None:
        self._state = state

    def append(self, organization_id: str, events: Sequence[Event]) -> list[Fate]:
        return [self._append(organization_id, event) for event in events]

    def get(self, organization_id: str, event_id: str) -> Event | None:
        merged = self._state.merged_events.get((organization_id, event_id))
        return self._state.events.get((organization_id, merged.into if merged else event_id))

    def also_reported_as(self, organization_id: str, event_id: str) -> list[str]:
        return sorted(
            name
            for (owner, name), merged in self._state.merged_events.items()
            if owner == organization_id and merged.into == event_id
        )

    def page(
        self,
        selection: EventSelection,
        sort: EventSort,
        *,
        after: EventPosition | None = None,
        limit: int = 50,
        reach: Reach = Reach.ANY,  # noqa: ARG002 - it has no first ones
    ) -> list[Event]:
        placed = [(place_in(sort, event), event) for event in self._in(selection)]
        if after is not None:
            last = place(_parsed(after.value, sort), after.id)
            placed = [(own, event) for own, event in placed if own < last]
        placed.sort(key=lambda entry: entry[0], reverse=True)
        return [event for _, event in placed[:limit]]

    def page_before(
        self, selection: EventSelection, sort: EventSort, *, before: EventPosition, limit: int
    ) -> list[Event]:
        first = place(_parsed(before.value, sort), before.id)
        placed = [(place_in(sort, event), event) for event in self._in(selection)]
        ahead = [(own, event) for own, event in placed if own > first]
        ahead.sort(key=lambda entry: entry[0])
        return [event for _, event in ahead[:limit]][::-1]

    def firsts(
        self,
        selection: EventSelection,
        sorts: Sequence[EventSort],
        *,
        limit: int,
        reach: Reach = Reach.ANY,  # noqa: ARG002 - it has no first ones
    ) -> dict[EventSort, list[Event]]:
        return {sort: self.page(selection, sort, limit=limit) for sort in sorts}

    def may_sort_all(
        self,
        selection: EventSelection,  # noqa: ARG002 - it sorts all of them anyway
        sorts: Sequence[EventSort],  # noqa: ARG002
    ) -> bool:
        return False

    def around(
        self, selection: EventSelection, event: Event, *, limit: int
    ) -> tuple[list[Event], list[Event]]:
        found = sorted(self._in(selection), key=_moment)
        before = [each for each in found if _moment(each) < _moment(event)]
        after = [each for each in found if _moment(each) > _moment(event)]
        return before[-limit:], after[:limit]

    def to_reprice(
        self,
        organization_id: str,
        scope: RepricingScope,
        *,
        after: RepricingPosition | None = None,
        limit: int = 500,
    ) -> list[Event]:
        found = [
            event
            for (owner, _), event in self._state.events.items()
            if owner == organization_id and _is_in(scope, event)
        ]
        behind = None if after is None else (after.timestamp, after.id)
        placed = sorted(found, key=_moment)
        return [event for event in placed if behind is None or _moment(event) > behind][:limit]

    def reprice(self, organization_id: str, events: Sequence[Event]) -> None:
        for event in events:
            self._state.events[organization_id, event.id] = event

    def organizations_with_unpriced(self) -> list[str]:
        owners = (owner for (owner, _), event in self._state.events.items() if _is_unpriced(event))
        return list(dict.fromkeys(owners))

    def has_any(self, organization_id: str) -> bool:
        return any(owner == organization_id for owner, _ in self._state.events)

    def _append(self, organization_id: str, event: Event) -> Fate:
        place = (organization_id, event.id)
        first = self._state.merged_events.get(place) or self._state.events.get(place)
        if first is not None:
            same = first.fingerprint == event.fingerprint
            return Fate.DUPLICATE if same else Fate.CONFLICT
        for (owner, name), other in self._state.events.items():
            if owner == organization_id and is_same_call(other, event):
                self._state.merged_events[place] = MergedEvent(name, event.fingerprint)
                return Fate.MERGED
        self._state.events[place] = event
        return Fate.ACCEPTED

    def _in(self, selection: EventSelection) -> list[Event]:
        return list(select(self._state, selection))


def _is_unpriced(event: Event) -> bool:
    return event.cost.source in (CostSource.UNPRICED, CostSource.PARTIAL)


def _is_in(scope: RepricingScope, event: Event) -> bool:
    reported = event.reported
    return (
        (scope.terms_id is not None or _is_unpriced(event))
        and scope.provider in (None, reported.provider)
        and (scope.name is None or scope.name in reported.model.lower())
        and (scope.start is None or reported.timestamp >= scope.start)
        and (scope.end is None or reported.timestamp < scope.end)
    )


def _moment(event: Event) -> tuple[datetime, str]:
    return event.reported.timestamp, event.id


def _parsed(value: str | None, sort: EventSort) -> Value:
    if value is None:
        return None
    if sort is EventSort.TIMESTAMP:
        return datetime.fromisoformat(value)
    return Decimal(value) if sort is EventSort.COST else int(value)
