"""The calls that were reported."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
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


class Reach(Enum):
    """How far a list goes that is in the order of costs or latencies, where no index has it."""

    #: As far as it takes: all calls that pass are sorted where too few are among the first of all.
    ANY = auto()
    #: Not so far, so that it may be without calls that pass.
    FIRST = auto()
    #: All that pass are sorted straight away, as they are known to be few.
    ALL = auto()


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
        reach: Reach = Reach.ANY,
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
        reach: Reach = Reach.ANY,
    ) -> dict[EventSort, list[Event]]:
        """The first page of each of ``sorts``; one that has no events is empty."""

    @abstractmethod
    def may_sort_all(self, selection: EventSelection, sorts: Sequence[EventSort]) -> bool:
        """Whether a list in any of these orders may have to sort all calls that pass.

        It is told without reading anything: no index has them, and the first of all may be others.
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
