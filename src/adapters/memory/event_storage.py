"""Old events go; in memory there are no months, and no sums apart from the events."""

from datetime import date, datetime

from adapters.memory.state import State
from application.ports.event_storage import EventStorage


class InMemoryEventStorage(EventStorage):
    def __init__(self, state: State) -> None:
        self._state = state

    def prepare_months(self, first: date, last: date) -> int:  # noqa: ARG002 - the port's signature
        return 0

    def drop_months_before(self, moment: datetime) -> int:  # noqa: ARG002
        return 0

    def delete_before(self, organization_id: str, moment: datetime, *, limit: int = 5_000) -> int:
        old = sorted(
            (event.reported.timestamp, event.id)
            for (owner, _), event in self._state.events.items()
            if owner == organization_id and event.reported.timestamp < moment
        )[:limit]
        gone = {event_id for _, event_id in old}
        for event_id in gone:
            del self._state.events[organization_id, event_id]
        for place, merged in list(self._state.merged_events.items()):
            if place[0] == organization_id and merged.into in gone:
                del self._state.merged_events[place]
        return len(gone)

    def refresh_statistics(self) -> int:
        return 0
