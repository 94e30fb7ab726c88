"""The calls that were reported."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.event import Event
from domain.report import EventSelection, EventSort
from domain.repricing import RepricingPosition, RepricingScope


class Fate(StrEnum):
    """What became of a stored-or-not event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    #: It tells of a call that is stored already, from another door and under another id.
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class EventPosition:
    """Where a page of events ended: the last row's value of the sort and its id."""

    value: str | None
    id: str


class EventStore(Protocol):
    """Events of an organization. What was sent never changes; what it costs may be found anew."""

    @abstractmethod
    def append(self, organization_id: str, events: Sequence[Event]) -> list[Fate]:
        """Store what is new; one fate per event, in order.

        The same id with the same fingerprint is a duplicate, with another one a conflict; the
        first stands, also within ``events`` and against another process at the same time. A call
        that is stored under another id (``is_same_call``) is merged: its id is taken, and leads to
        the first.
        Nothing is durable before the unit of work is committed.
        """

    @abstractmethod
    def get(self, organization_id: str, event_id: str) -> Event | None:
        """The event, or the one that its report was merged into, or None.

        Another organization's event is None.
        """

    @abstractmethod
    def also_reported_as(self, organization_id: str, event_id: str) -> list[str]:
        """The ids of the reports that were merged into a stored event."""

    @abstractmethod
    def page(
        self,
        selection: EventSelection,
        sort: EventSort,
        *,
        after: EventPosition | None = None,
        limit: int = 50,
    ) -> list[Event]:
        """Events in the order of ``sort``, those behind ``after``."""

    @abstractmethod
    def page_before(
        self, selection: EventSelection, sort: EventSort, *, before: EventPosition, limit: int
    ) -> list[Event]:
        """The last ``limit`` events ahead of ``before``, in the order of ``sort``."""

    @abstractmethod
    def firsts(
        self,
        selection: EventSelection,
        sorts: Sequence[EventSort],
        *,
        limit: int,
        of_few: bool = False,
    ) -> dict[EventSort, list[Event]]:
        """The first page of each of ``sorts``; one that has no events is empty.

        ``of_few`` tells that there are so few in the span that sorting them is little work.
        """

    @abstractmethod
    def may_sort_single_calls(self, selection: EventSelection, sorts: Sequence[EventSort]) -> bool:
        """Whether ``sorts_single_calls`` need be asked. It is told without reading anything."""

    @abstractmethod
    def sorts_single_calls(
        self,
        selection: EventSelection,
        sorts: Sequence[EventSort],
        *,
        after: EventPosition | None = None,
        limit: int,
    ) -> bool:
        """Whether a page in any of these orders takes a look at each call of the span.

        That is so where hardly any of the first calls of all pass the filter.
        """

    @abstractmethod
    def around(
        self, selection: EventSelection, event: Event, *, limit: int
    ) -> tuple[list[Event], list[Event]]:
        """The last events of the selection before ``event``, and the first ones after it.

        At most ``limit`` of each, all in the order of time and id.
        """

    @abstractmethod
    def to_reprice(
        self,
        organization_id: str,
        scope: RepricingScope,
        *,
        after: RepricingPosition | None = None,
        limit: int = 500,
    ) -> list[Event]:
        """Events of the scope behind ``after``, in the order of time and id.

        They stay as they are until the unit of work ends, but for what it does itself.
        """

    @abstractmethod
    def reprice(self, organization_id: str, events: Sequence[Event]) -> None:
        """Store usage, cost and ``repriced_at`` of stored events anew; nothing else of them."""

    @abstractmethod
    def organizations_with_unpriced(self) -> list[str]:
        """Ids of the organizations, of all, with an event whose cost is unknown or partial."""

    @abstractmethod
    def has_any(self, organization_id: str) -> bool:
        """Whether the organization has stored an event yet."""
