"""A selection of events as a test of each event."""

from collections.abc import Iterator

from adapters.memory.state import State
from domain.event import Event
from domain.report import Dimension, EventSelection, TagDimension


def select(state: State, selection: EventSelection) -> Iterator[Event]:
    """The events of a selection, in no order."""
    for (organization_id, _), event in state.events.items():
        if organization_id == selection.organization_id and _passes(selection, event):
            yield event


def value_of(event: Event, by: Dimension | TagDimension) -> str | None:
    """The value of a dimension or a tag; None where the event has none."""
    if isinstance(by, TagDimension):
        return event.reported.tags.get(by.name)
    if by is Dimension.API_KEY:
        return event.api_key_id
    value: str | None = getattr(event.reported, by.value)
    return value


def _passes(selection: EventSelection, event: Event) -> bool:
    if not selection.span.start <= event.reported.timestamp < selection.span.end:
        return False
    wanted = selection.filter
    return all(
        value_of(event, dimension) in values for dimension, values in wanted.dimensions.items()
    ) and all(event.reported.tags.get(name) in values for name, values in wanted.tags.items())
