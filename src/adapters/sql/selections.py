"""A selection of events as conditions of SQL."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, cast, null

from adapters.sql.event_tables import events
from domain.report import Dimension, EventSelection, TagDimension
from domain.text import has_unstorable


def conditions(selection: EventSelection) -> list[ColumnElement[bool]]:
    """The WHERE clause; the organization always leads it."""
    return [
        events.c.organization_id == selection.organization_id,
        events.c.timestamp >= selection.span.start,
        events.c.timestamp < selection.span.end,
        *filters(selection, events),
    ]


def group_column(by: Dimension | TagDimension) -> ColumnElement[Any]:
    """The value of a dimension or a tag, a text; NULL where an event has none."""
    if isinstance(by, TagDimension):
        # What cannot be stored is no event's tag, and PostgreSQL refuses to look for it.
        unknown = has_unstorable(by.name)
        return cast(null(), Text) if unknown else events.c.tags[by.name].as_string()
    if by is Dimension.API_KEY:
        # As text, because any text may be asked for.
        return cast(events.c.api_key_id, Text)
    return events.c[by.value]


def filters(selection: EventSelection, table: FromClause) -> Iterator[ColumnElement[bool]]:
    """What passes, of single events or of roll-ups; these know no tags."""
    for dimension, values in selection.filter.dimensions.items():
        column = group_column(dimension) if table is events else table.c[dimension.value]
        yield _is_one_of(column, values)
    for name, values in selection.filter.tags.items():
        yield _is_one_of(group_column(TagDimension(name)), values)


def _is_one_of(column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    return column.in_([value for value in values if not has_unstorable(value)])
