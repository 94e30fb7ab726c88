"""The order of single calls in a list."""

from datetime import datetime
from decimal import Decimal

from domain.event import Event
from domain.report import EventSort

Value = datetime | Decimal | int | None
#: Unknown values after known ones, then by value, then by id: the order of a list, backwards.
Place = tuple[bool, datetime | Decimal | int, str]


def place_in(sort: EventSort, event: Event) -> Place:
    """What is greatest is first in the list."""
    return place(value_of(sort, event), event.id)


def place(value: Value, event_id: str) -> Place:
    return (False, 0, event_id) if value is None else (True, value, event_id)


def value_of(sort: EventSort, event: Event) -> Value:
    """What a list is ordered by; None where it is unknown."""
    if sort is EventSort.TIMESTAMP:
        return event.reported.timestamp
    return event.cost.cost_usd if sort is EventSort.COST else event.reported.latency_ms
